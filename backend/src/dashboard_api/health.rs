//! `/healthz` and `/readyz`, for machines: without credentials.

use crate::app::App;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};

/// The process answers.
pub async fn alive() -> Response {
    Json(json!({ "status": "ok" })).into_response()
}

/// Ready = can answer; what is missing is named, by cluster and check.
pub async fn ready(State(app): State<Arc<App>>) -> Response {
    let missing: BTreeMap<&str, Vec<String>> = app
        .clusters()
        .iter()
        .map(|cluster| (cluster.label.name.as_str(), cluster.missing()))
        .filter(|(_, missing)| !missing.is_empty())
        .collect();
    match missing.is_empty() {
        true => Json(json!({ "status": "ready" })).into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "not ready", "missing": missing })))
            .into_response(),
    }
}
