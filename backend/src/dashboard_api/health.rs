//! `/healthz` and `/readyz`, for machines: without credentials.

use crate::app::App;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::json;
use std::sync::Arc;

/// The process answers.
pub async fn alive() -> Response {
    Json(json!({ "status": "ok" })).into_response()
}

/// Ready = can answer for a cluster at least: 503 would take the others from people as well, and all replicas at once from
/// people who should read that there is no leader, or whose operations would be sent without a record. Every check is listed, and what is wrong is told in a sentence.
pub async fn ready(State(app): State<Arc<App>>) -> Response {
    let clusters: Vec<_> = app.clusters().iter().map(|cluster| cluster.checks()).collect();
    let is_ready = clusters.iter().any(|checks| checks.iter().all(|check| check.ok || !check.required));
    let (status, word) = match is_ready {
        true => (StatusCode::OK, "ready"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not ready"),
    };
    let checks: Vec<_> = clusters.into_iter().flatten().collect();
    (status, Json(json!({ "status": word, "checks": checks }))).into_response()
}
