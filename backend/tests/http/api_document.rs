//! The description of `/api` against what the demo really answers: every operation that is described is asked, and whatever
//! it answers must be what is described, field by field.

use crate::{
    description::Description,
    runs::kill,
    support::{ADMIN, Dashboard, answered, create, eventually, get, request, taken},
};
use axum::body::Body;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;

impl Description {
    /// All operations that are described.
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
    let mut api = Description::of(&dashboard.site).await;
    let ok = StatusCode::OK;

    api.hold("/api/demo/clock", write(Method::POST, "/api/demo/clock", &json!({ "action": "pause" })), ok).await;
    let mut task = create("T-1", json!({ "ITERATIONS": "2", "PULL_SECONDS": "1", "EXIT_CODE": "3" }));
    task["spec"]["tags"] = json!({ "team": "ml" });
    assert_eq!(dashboard.post("/apis/v1/tasks/operations", &task).await.0, ok);
    dashboard.listed("T-1").await;
    let mut long = create("T-2", json!({ "ITERATIONS": "600", "PULL_SECONDS": "1" }));
    long["spec"]["logging"] = json!({ "type": "LOCAL", "maxSize": "10m", "maxFiles": 3, "compress": true });
    long["spec"]["volumes"] = json!([{ "pathInContainer": "/a", "pathOnHost": "/tmp", "mode": "READ_ONLY" }]);
    assert_eq!(dashboard.post("/apis/v1/tasks/operations", &long).await.0, ok);
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
    let page = api.hold(list, read("/api/history/tasks?tab=all&q=T-&since=1&size=1"), ok).await;
    assert!(page["next"].is_string(), "{page}");
    let detail = "/api/history/tasks/{app}/{id}";
    for (id, part) in [("T-1", "idTakenUntil"), ("T-2", "info"), ("T-3", "matrix")] {
        let task = api.hold(detail, read(&format!("/api/history/tasks/TEST_APP/{id}")), ok).await;
        assert!(!task[part].is_null(), "{part} of {task}");
    }
    // Drove's own records to their last field, too: a schema without fields would let everything pass.
    for record in ["TaskInfo", "ExecutorSummary", "ExecutorNodeData", "ExecutorResourceSnapshot", "AvailableCpu"] {
        let schema = &api.document["components"]["schemas"][record];
        assert!(schema["properties"].is_object(), "{record}: {schema}");
    }
    for id in ["T-1", "T-2", "T-9"] {
        api.hold("/api/history/ids/{app}/{id}", read(&format!("/api/history/ids/TEST_APP/{id}")), ok).await;
    }
    for format in ["csv", "jsonl"] {
        let path = format!("/api/history/tasks/export?tab=all&format={format}");
        api.hold("/api/history/tasks/export", read(&path), ok).await;
    }
    api.hold("/api/clusters", read("/api/clusters"), ok).await;
    let preview = "/api/placement/preview";
    let mut large = task["spec"].clone();
    large["resources"][0]["count"] = json!(17);
    large["typo"] = json!(1);
    let mut tagged = task["spec"].clone();
    tagged["placementPolicy"] = json!({ "type": "MATCH_TAG", "tag": "none" });
    for spec in [task["spec"].clone(), large, tagged, json!({ "executable": 7 }), json!({})] {
        api.hold(preview, write(Method::POST, preview, &spec), ok).await;
    }
    let files = api.hold("/api/logs/{app}/{id}", read("/api/logs/TEST_APP/T-2"), ok).await;
    let file = files["files"][0].as_str().unwrap().to_owned();
    let part = "/api/logs/{app}/{id}/{file}";
    for query in ["tail=100", "offset=0&length=10", "download"] {
        api.hold(part, read(&format!("/api/logs/TEST_APP/T-2/{file}?{query}")), ok).await;
    }

    let session = "/api/session";
    api.hold(session, get(session, &[]), ok).await;
    api.hold(session, read(session), ok).await;
    let sign_in = json!({ "user": "guest", "password": "guest" });
    api.hold(session, write(Method::POST, session, &sign_in), ok).await;
    api.hold(session, write(Method::DELETE, session, &Value::Null), ok).await;
    for path in ["/api/openapi.json", "/api/docs", "/api/docs.css"] {
        api.hold(path, get(path, &[]), ok).await;
    }
    follow(&dashboard, &mut api).await;
    assert_eq!(api.asked, api.operations(), "every operation was asked");

    // Refusals of every kind are described too.
    api.hold(list, get(list, &[]), StatusCode::UNAUTHORIZED).await;
    api.hold(detail, read("/api/history/tasks/A/B"), StatusCode::NOT_FOUND).await;
    api.hold(detail, read("/api/history/tasks/A/B?run=x"), StatusCode::BAD_REQUEST).await;
    let wrong = json!({ "user": "guest", "password": "x" });
    api.hold(session, write(Method::POST, session, &wrong), StatusCode::UNAUTHORIZED).await;
    api.hold("/api/live", read("/api/live?view=nothing"), StatusCode::BAD_REQUEST).await;
}

/// What each view is sent, and when something changes, is what the types say that `/api/live` names.
async fn follow(dashboard: &Dashboard, api: &mut Description) {
    let read = |query: &str| read(&format!("/api/live?{query}"));
    let (all, task) = (["snapshot", "delta", "notice"], "view=task&key=TEST_APP/T-2");
    api.follow(read("view=tasks&tab=all"), &all, async |seen| match seen {
        "snapshot" => dashboard.create("T-4", json!({})).await,
        _ => dashboard.step(1).await,
    })
    .await;
    api.follow(read(&format!("{task}&log=output.log")), &["snapshot", "log"], async |_| {}).await;
    api.follow(read(task), &["snapshot", "delta"], async |_| {
        dashboard.post("/apis/v1/tasks/operations", &kill("T-2")).await;
    })
    .await;
    api.follow(read("view=executors"), &["snapshot", "delta"], async |_| dashboard.step(30_000).await).await;
}

#[tokio::test]
async fn the_page_about_the_api_needs_nothing_from_elsewhere() {
    let dashboard = Dashboard::start().await;
    let response = dashboard.send(get("/clusters/demo/api/docs", &[])).await;
    assert!(response.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'self'"));
    let (status, page) = taken(response).await;
    let page = String::from_utf8(page.to_vec()).unwrap();
    assert_eq!(status, StatusCode::OK);
    for (method, path) in Description::of(&dashboard.site).await.operations() {
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
