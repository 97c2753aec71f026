//! Applications and local services: the embedded cluster has none, and says so as Drove would (contract 2.10, 9.3).

use super::{call::Call, refusal::Refusal, reply, uri::at_least};
use crate::runtime::EmbeddedCluster;
use axum::{body::Body, response::Response};
use controller::IN_MAINTENANCE;
use serde_json::{Value, json};

/// What an operation on an application can be.
const OPERATIONS: [&str; 8] = [
    "CREATE",
    "DESTROY",
    "START_INSTANCES",
    "STOP_INSTANCES",
    "SCALE_INSTANCES",
    "REPLACE_INSTANCES",
    "SUSPEND",
    "RECOVER",
];
/// The class that Drove's texts name.
const OPERATION_CLASS: &str = "com.phonepe.drove.models.operation.ApplicationOperation";

/// No application, no local service.
pub(super) fn list(call: &Call) -> Result<Response, Refusal> {
    for name in ["from", "size"] {
        let default = if name == "from" { 0 } else { i32::MAX - 1 };
        at_least(name, i64::from(call.query.int(name, default)?), 0)?;
    }
    Ok(reply::success(json!({})))
}

/// No instance, no endpoint.
pub(super) fn none() -> Response {
    reply::success(json!([]))
}

pub(super) fn show(call: &Call) -> Result<Response, Refusal> {
    Err(not_found(call.value(0)))
}

pub(super) fn show_local_service(call: &Call) -> Result<Response, Refusal> {
    Err(Refusal::Failed(format!("Local service {} not found", call.value(0))))
}

/// An operation on an application: none of them exists, and none can be created.
pub(super) async fn operate(cluster: &EmbeddedCluster, call: &Call, body: Body) -> Result<Response, Refusal> {
    let operation = call.json(body).await?;
    let kind = operation.get("type").and_then(Value::as_str).ok_or_else(|| {
        Refusal::Json(format!(
            "Could not resolve subtype of [simple type, class {OPERATION_CLASS}]: missing type id property 'type'"
        ))
    })?;
    if !OPERATIONS.contains(&kind) {
        let known = OPERATIONS.join(", ");
        let text = format!(
            "Could not resolve type id '{kind}' as a subtype of `{OPERATION_CLASS}`: known type ids = [{known}]"
        );
        return Err(Refusal::Json(text));
    }
    if cluster.read(|core, now| core.in_maintenance(now)) {
        return Err(Refusal::Validation(vec![IN_MAINTENANCE.to_owned()]));
    }
    let entry = match operation.get("appId").and_then(Value::as_str) {
        Some(app) => format!("App {app} not found"),
        None => "This cluster runs tasks only: applications cannot be created".to_owned(),
    };
    Err(Refusal::Validation(vec![entry]))
}

fn not_found(app: &str) -> Refusal {
    Refusal::Failed(format!("App {app} not found"))
}
