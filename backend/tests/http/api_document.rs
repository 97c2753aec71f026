//! The description of `/api` against what is really answered: every operation that is described is asked, and whatever it
//! answers must be what is described, field by field.

use crate::support::{ADMIN, Dashboard, answered, create, eventually, get, request, taken};
use axum::body::Body;
use futures_util::StreamExt;
use http::{Method, Request, StatusCode, header};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The description, and which of its operations were held against it.
struct Description {
    document: Value,
    asked: BTreeSet<(String, String)>,
}

impl Description {
    async fn of(dashboard: &Dashboard) -> Self {
        let document: Value = dashboard.get("/api/openapi.json").await;
        assert_eq!(document["openapi"].as_str().and_then(|version| version.split('.').next()), Some("3"));
        Self { document, asked: BTreeSet::new() }
    }

    /// Checks what `schema` says; a field that is not described is a fault too.
    fn validator(&self, schema: &Value) -> Validator {
        let mut components = self.document["components"].clone();
        close(&mut components);
        let mut root = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "allOf": [schema] });
        close(&mut root["allOf"]);
        root["components"] = components;
        jsonschema::validator_for(&root).unwrap()
    }

    fn check(&self, schema: &Value, answer: &Value, what: &str) {
        let faults: Vec<String> = self
            .validator(schema)
            .iter_errors(answer)
            .map(|fault| format!("{} at {}", fault, fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{what}: {faults:#?} in {answer:#}");
    }

    /// Asks an operation, and holds the answer against its description.
    async fn hold(&mut self, dashboard: &Dashboard, path: &str, request: Request<Body>, expected: StatusCode) -> Value {
        let method = request.method().as_str().to_lowercase();
        let what = format!("{method} {path}");
        let operation = &self.document["paths"][path][&method];
        assert!(operation.is_object(), "{what} is not described");
        let response = dashboard.send(request).await;
        let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let (status, body) = taken(response).await;
        assert_eq!(status, expected, "{what}: {}", String::from_utf8_lossy(&body));
        let exact = status.as_str().to_owned();
        let class = format!("{}XX", &exact[..1]);
        let answers = &operation["responses"];
        let described =
            answers.get(&exact).or_else(|| answers.get(&class)).unwrap_or_else(|| panic!("{what}: {exact}"));
        let content = described["content"].get(&kind).unwrap_or_else(|| panic!("{what}: {kind} is not in {described}"));
        let answer = serde_json::from_slice(&body).unwrap_or_default();
        if kind == "application/json" {
            self.check(&content["schema"], &answer, &what);
        }
        if status.is_success() {
            self.asked.insert((method, path.to_owned()));
        }
        answer
    }

    fn operations(&self) -> BTreeSet<(String, String)> {
        let paths = self.document["paths"].as_object().unwrap();
        paths
            .iter()
            .flat_map(|(path, methods)| {
                methods.as_object().unwrap().keys().map(move |method| (method.clone(), path.clone()))
            })
            .collect()
    }
}

/// Objects hold the fields that are described, and no others.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.contains_key("properties") && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn read(path: &str) -> Request<Body> {
    get(path, &[("authorization", ADMIN)])
}

fn write(method: Method, path: &str, body: &Value) -> Request<Body> {
    let headers = [("authorization", ADMIN), ("content-type", "application/json"), ("sec-fetch-site", "same-origin")];
    request(method, path, &headers, body.to_string())
}

#[tokio::test]
async fn whatever_is_answered_is_described_and_whatever_is_described_is_answered() {
    let dashboard = Dashboard::start().await;
    let mut api = Description::of(&dashboard).await;
    let (ok, d) = (StatusCode::OK, &dashboard);

    api.hold(d, "/api/demo/clock", write(Method::POST, "/api/demo/clock", &json!({ "action": "pause" })), ok).await;
    let mut task = create("T-1", json!({ "ITERATIONS": "2", "PULL_SECONDS": "1", "EXIT_CODE": "3" }));
    task["spec"]["tags"] = json!({ "team": "ml" });
    assert_eq!(dashboard.post("/apis/v1/tasks/operations", &task).await.0, ok);
    dashboard.listed("T-1").await;
    dashboard.create("T-2", json!({ "ITERATIONS": "600", "PULL_SECONDS": "1" })).await;
    // By a rule, which is never true here: not placed, with the verdicts of that moment.
    let mut ruled = create("T-3", json!({}));
    ruled["spec"]["placementPolicy"] = json!({ "type": "RULE_BASED", "rule": "true", "ruleType": "MVEL" });
    assert_eq!(dashboard.post("/apis/v1/tasks/operations", &ruled).await.0, ok);
    dashboard.step(60_000).await;
    eventually("the ends", async || {
        let page: Value = dashboard.get("/api/history/tasks?tab=finished").await;
        (page["rows"].as_array().unwrap().len() == 2).then_some(())
    })
    .await;

    let list = "/api/history/tasks";
    let page = api.hold(d, list, read("/api/history/tasks?tab=all&q=T-&since=1&size=1"), ok).await;
    assert!(page["next"].is_string(), "{page}");
    let detail = "/api/history/tasks/{app}/{id}";
    for (id, part) in [("T-1", "idTakenUntil"), ("T-2", "info"), ("T-3", "matrix")] {
        let task = api.hold(d, detail, read(&format!("/api/history/tasks/TEST_APP/{id}")), ok).await;
        assert!(!task[part].is_null(), "{part} of {task}");
    }
    for id in ["T-1", "T-2", "T-9"] {
        api.hold(d, "/api/history/ids/{app}/{id}", read(&format!("/api/history/ids/TEST_APP/{id}")), ok).await;
    }
    for format in ["csv", "jsonl"] {
        let path = format!("/api/history/tasks/export?tab=all&format={format}");
        api.hold(d, "/api/history/tasks/export", read(&path), ok).await;
    }
    api.hold(d, "/api/clusters", read("/api/clusters"), ok).await;
    let preview = "/api/placement/preview";
    let mut large = task["spec"].clone();
    large["resources"][0]["count"] = json!(17);
    large["typo"] = json!(1);
    let mut tagged = task["spec"].clone();
    tagged["placementPolicy"] = json!({ "type": "MATCH_TAG", "tag": "none" });
    for spec in [task["spec"].clone(), large, tagged, json!({ "executable": 7 }), json!({})] {
        api.hold(d, preview, write(Method::POST, preview, &spec), ok).await;
    }
    let files = api.hold(d, "/api/logs/{app}/{id}", read("/api/logs/TEST_APP/T-2"), ok).await;
    let file = files["files"][0].as_str().unwrap().to_owned();
    let part = "/api/logs/{app}/{id}/{file}";
    for query in ["tail=100", "offset=0&length=10", "download"] {
        api.hold(d, part, read(&format!("/api/logs/TEST_APP/T-2/{file}?{query}")), ok).await;
    }

    let session = "/api/session";
    api.hold(d, session, get(session, &[]), ok).await;
    api.hold(d, session, read(session), ok).await;
    let sign_in = json!({ "user": "guest", "password": "guest" });
    api.hold(d, session, write(Method::POST, session, &sign_in), ok).await;
    api.hold(d, session, write(Method::DELETE, session, &Value::Null), ok).await;
    for path in ["/api/openapi.json", "/api/docs", "/api/docs.css"] {
        api.hold(d, path, get(path, &[]), ok).await;
    }
    follow(d, &mut api).await;
    assert_eq!(api.asked, api.operations(), "every operation was asked");

    // Refusals of every kind are described too.
    api.hold(d, list, get(list, &[]), StatusCode::UNAUTHORIZED).await;
    api.hold(d, detail, read("/api/history/tasks/A/B"), StatusCode::NOT_FOUND).await;
    api.hold(d, detail, read("/api/history/tasks/A/B?run=x"), StatusCode::BAD_REQUEST).await;
    let wrong = json!({ "user": "guest", "password": "x" });
    api.hold(d, session, write(Method::POST, session, &wrong), StatusCode::UNAUTHORIZED).await;
    api.hold(d, "/api/live", read("/api/live?view=nothing"), StatusCode::BAD_REQUEST).await;
}

/// The first events of each view are what the types say that `/api/live` names.
async fn follow(dashboard: &Dashboard, api: &mut Description) {
    for query in ["view=tasks&tab=all", "view=task&key=TEST_APP/T-2", "view=executors"] {
        let response = dashboard.send(read(&format!("/api/live?{query}"))).await;
        assert_eq!(
            (response.status(), &response.headers()["content-type"]),
            (StatusCode::OK, &"text/event-stream".parse().unwrap())
        );
        let mut pieces = response.into_body().into_data_stream();
        let mut text = String::new();
        while !text.contains("\ndata: ") || !text.ends_with("\n\n") {
            text.push_str(std::str::from_utf8(&pieces.next().await.unwrap().unwrap()).unwrap());
        }
        let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
        let frame: Value = serde_json::from_str(data).unwrap();
        assert!(text.contains("event: snapshot\n"), "{text}");
        api.check(&json!({ "$ref": "#/components/schemas/LiveSnapshot" }), &frame, query);
    }
    api.asked.insert(("get".to_owned(), "/api/live".to_owned()));
}

#[tokio::test]
async fn the_page_about_the_api_needs_nothing_from_elsewhere() {
    let dashboard = Dashboard::start().await;
    let response = dashboard.send(get("/clusters/demo/api/docs", &[])).await;
    assert!(response.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'self'"));
    let (status, page) = taken(response).await;
    let page = String::from_utf8(page.to_vec()).unwrap();
    assert_eq!(status, StatusCode::OK);
    for (method, path) in Description::of(&dashboard).await.operations() {
        assert!(page.contains(&format!("<code>{} {path}</code>", method.to_uppercase())), "{method} {path}");
    }
    assert!(!page.contains("://") && !page.contains("<script") && !page.contains("<style") && !page.contains("style="));
    let (status, _) = answered(dashboard.send(get("/api/docs.css", &[])).await).await;
    assert_eq!(status, StatusCode::OK);
}

#[test]
fn no_route_below_api_goes_without_a_description() {
    let table = include_str!("../../src/router.rs");
    let bare: Vec<&str> = table.lines().filter(|line| line.contains(".route(\"/api")).map(str::trim).collect();
    let passed_on = bare.iter().filter(|line| line.contains("any(drove)") || line.contains("any(no_such_address)"));
    assert_eq!(passed_on.count(), bare.len(), "{bare:?}");
}
