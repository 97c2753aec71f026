//! Tasks: list, show, delete, operations, validation, search (contract 2.2, 2.11, 4).

use super::{
    call::Call,
    handlers::{command, unexpected},
    refusal::Refusal,
    reply,
    uri::Params,
};
use crate::runtime::EmbeddedCluster;
use axum::{body::Body, response::Response};
use controller::{Command, Reply};
use model::{OperationAccepted, TaskKey, TaskOperation, TaskSpec, validate::bean};
use serde_json::json;

pub(super) fn list(cluster: &EmbeddedCluster) -> Response {
    cluster.read(|core, _| reply::success(core.active_tasks()))
}

pub(super) fn show(cluster: &EmbeddedCluster, call: &Call) -> Result<Response, Refusal> {
    let key = call.task_key();
    cluster
        .read(|core, _| core.task(&key).map(reply::success))
        .ok_or_else(|| Refusal::Failed(format!("No such task instance {key}")))
}

pub(super) async fn delete(cluster: &EmbeddedCluster, call: &Call) -> Result<Response, Refusal> {
    command(cluster, Command::Delete { key: call.task_key() }).await?;
    Ok(reply::success(json!({ "deleted": true })))
}

pub(super) async fn operate(cluster: &EmbeddedCluster, call: &Call, body: Body) -> Result<Response, Refusal> {
    let operation = TaskOperation::from_json(&call.json(body).await?)?;
    refuse(bean::operation(&operation))?;
    // Validation has seen that nothing is missing.
    let given = match operation {
        TaskOperation::Create { spec, op_spec } => {
            Command::Create { spec: spec.unwrap_or_default(), op: op_spec.unwrap_or_default() }
        }
        TaskOperation::Kill { source_app_name, task_id, op_spec } => {
            Command::Kill { key: TaskKey { app: source_app_name, id: task_id }, op: op_spec.unwrap_or_default() }
        }
    };
    let answer = command(cluster, given).await?;
    let Reply::Accepted { task_id } = answer else { return Err(unexpected(&answer)) };
    Ok(reply::success(OperationAccepted { task_id }))
}

pub(super) async fn validate(cluster: &EmbeddedCluster, call: &Call, body: Body) -> Result<Response, Refusal> {
    let spec = TaskSpec::from_json(&call.json(body).await?)?;
    refuse(bean::spec(&spec))?;
    refuse(cluster.read(|core, now| core.validate(&spec, now)))?;
    Ok(reply::done())
}

/// The search form of Drove's own pages: redirects to the task, or home.
pub(super) async fn search(cluster: &EmbeddedCluster, call: &Call, body: Body) -> Result<Response, Refusal> {
    let host = call.host().to_owned();
    let form = Params::parse(&call.bytes(body).await?);
    let field = |name| form.first(name).unwrap_or_default();
    let (app, id) = (field("taskSearchAppName"), field("taskSearchTaskID"));
    refuse([("taskSearchAppName", app), ("taskSearchTaskID", id)].into_iter().filter_map(entry_of_field).collect())?;
    let found = cluster.read(|core, _| core.task(&TaskKey::new(app, id)).is_some());
    let page = if found { format!("tasks/{app}/{id}") } else { String::new() };
    Ok(reply::see_other(&format!("http://{host}/{page}")))
}

fn entry_of_field((name, value): (&str, &str)) -> Option<String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if value.is_empty() {
        return Some(format!("form field {name} must not be empty"));
    }
    (!value.chars().all(is_allowed)).then(|| format!(r#"form field {name} must match "[a-zA-Z\d\-_]*""#))
}

fn refuse(entries: Vec<String>) -> Result<(), Refusal> {
    if entries.is_empty() { Ok(()) } else { Err(Refusal::Validation(entries)) }
}
