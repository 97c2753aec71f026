//! The description of `/api`, held against what is really answered, field by field.

use crate::{
    events::Events,
    requests::{answered, get, taken},
};
use axum::body::Body;
use backend::router::Site;
use http::{Request, StatusCode, header};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The description, and which of its operations were held against it.
pub struct Description {
    site: Site,
    pub document: Value,
    pub asked: BTreeSet<(String, String)>,
}

impl Description {
    /// The description that a dashboard gives of itself.
    pub async fn of(site: &Site) -> Self {
        let response = site.answer(get("/api/openapi.json", &[])).await;
        let (_, document) = answered(response).await;
        assert_eq!(document["openapi"].as_str().and_then(|version| version.split('.').next()), Some("3"));
        Self { site: site.clone(), document, asked: BTreeSet::new() }
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

    /// Holds an answer against what is described.
    pub fn check(&self, schema: &Value, answer: &Value, what: &str) {
        let faults: Vec<String> = self
            .validator(schema)
            .iter_errors(answer)
            .map(|fault| format!("{} at {}", fault, fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{what}: {faults:#?} in {answer:#}");
    }

    /// Asks an operation, and holds the answer against its description.
    pub async fn hold(&mut self, path: &str, request: Request<Body>, expected: StatusCode) -> Value {
        let method = request.method().as_str().to_lowercase();
        let what = format!("{method} {path}");
        let operation = &self.document["paths"][path][&method];
        assert!(operation.is_object(), "{what} is not described");
        let response = self.site.answer(request).await;
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

    /// Opens `/api/live`, and holds each event against the type that is named for it, until each of `kinds` was among them.
    pub async fn follow(&mut self, request: Request<Body>, kinds: &[&str], mut meanwhile: impl AsyncFnMut(&str)) {
        let what = request.uri().to_string();
        let mut events = Events::of(self.site.answer(request).await);
        let mut missing: BTreeSet<&str> = kinds.iter().copied().collect();
        while !missing.is_empty() {
            let event = events.next().await.unwrap();
            let schema = match event.name.as_str() {
                "snapshot" => "LiveSnapshot",
                "delta" => "LiveDelta",
                "log" => "LogFrame",
                "notice" => "LiveNotice",
                other => panic!("{what}: {other}"),
            };
            let frame: Value = serde_json::from_str(&event.data).unwrap();
            self.check(&json!({ "$ref": format!("#/components/schemas/{schema}") }), &frame, &what);
            let is_late_view = event.name == "notice";
            assert!(!event.id.is_empty() || is_late_view, "{what}: it can be come back to");
            if missing.remove(event.name.as_str()) {
                meanwhile(&event.name).await;
            }
        }
        self.asked.insert(("get".to_owned(), "/api/live".to_owned()));
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
