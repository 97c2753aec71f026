//! What a request asks for, as far as the ledger wants to know.

use super::audit::sender;
use crate::{
    drove_api::{self, Segments},
    ledger::{Intent, Operation},
};
use axum::{body::Bytes, response::Response};
use http::{Method, request};
use model::{TaskKey, TaskOperation, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;

/// Reads the intent of a request.
///
/// # Errors
/// The body cannot be read as an operation; the response says why. Drove may read what we cannot, so such a request must not
/// be forwarded: its operation would not be recorded.
pub fn read(parts: &request::Parts, body: Bytes, at: Timestamp) -> Result<Intent, Box<Response>> {
    let (user, door) = sender(parts);
    if let Some((key, operation, op_spec)) = addressed(parts) {
        return Ok(Intent { key, operation, at, user, door, op_spec });
    }
    let (operation, mut document) = drove_api::read_operation(&parts.headers, body)?;
    let key = operation.key();
    let operation = match operation {
        TaskOperation::Create { spec, .. } => Operation::Create {
            // `read_operation` returns no CREATE without a spec.
            spec: spec.map(Arc::from).unwrap_or_default(),
            document: document.get_mut("spec").map(Value::take).unwrap_or_default(),
        },
        TaskOperation::Kill { .. } => Operation::Kill,
    };
    let op_spec = document.get_mut("opSpec").map(Value::take).unwrap_or_default();
    Ok(Intent { key, operation, at, user, door, op_spec })
}

/// Whether a path is that of CREATE and KILL, however it is encoded.
pub fn is_task_operation(path: &str) -> bool {
    Segments::parse(path).is_some_and(|segments| segments.iter().eq(["tasks", "operations"]))
}

/// Whether a request is an operation by its address alone.
pub fn is_addressed(method: &Method, path: &str) -> bool {
    Segments::parse(path).is_some_and(|segments| of_segments(method, &segments).is_some())
}

/// The operation that a request is by its address alone, and what it names there: deleting metadata, blacklisting,
/// maintenance (contract 2.1).
fn addressed(parts: &request::Parts) -> Option<(TaskKey, Operation, Value)> {
    let segments = Segments::parse(parts.uri.path())?;
    let (key, operation) = of_segments(&parts.method, &segments)?;
    let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let mut ids: Vec<String> = query.filter(|(name, _)| name == "id").map(|(_, id)| id.into_owned()).collect();
    if let ["cluster", "executors", id, _] = segments.iter().collect::<Vec<_>>().as_slice() {
        ids = vec![(*id).to_owned()];
    }
    let named = if ids.is_empty() { Value::Null } else { json!({ "id": ids }) };
    Some((key, operation, named))
}

fn of_segments(method: &Method, segments: &Segments) -> Option<(TaskKey, Operation)> {
    let segments: Vec<&str> = segments.iter().collect();
    let cluster = |name| Some((TaskKey::default(), Operation::Cluster(name)));
    match (method.as_str(), segments.as_slice()) {
        ("DELETE", ["tasks", app, "instances", id]) => Some((TaskKey::new(*app, *id), Operation::Delete)),
        ("POST", ["cluster", "executors", "blacklist"] | ["cluster", "executors", _, "blacklist"]) => {
            cluster("BLACKLIST")
        }
        ("POST", ["cluster", "executors", "unblacklist"] | ["cluster", "executors", _, "unblacklist"]) => {
            cluster("UNBLACKLIST")
        }
        ("POST", ["cluster", "maintenance", "set"]) => cluster("SET_MAINTENANCE"),
        ("POST", ["cluster", "maintenance", "unset"]) => cluster("UNSET_MAINTENANCE"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use http::{Request, header};

    fn named(method: &str, address: &str) -> Option<(String, &'static str, Value)> {
        let (parts, ()) = Request::builder().method(method).uri(address).body(()).unwrap().into_parts();
        let intent = read(&parts, Bytes::new(), Timestamp(7)).ok()?;
        Some((intent.key.to_string(), intent.operation.name(), intent.op_spec))
    }

    #[test]
    fn what_is_an_operation_by_its_address_is_known_with_its_task() {
        let deleted = Some(("A/T 1".to_owned(), "DELETE", Value::Null));
        assert_eq!(named("DELETE", "/apis/v1/tasks/A/instances/T%201"), deleted);
        let blacklisted = named("POST", "/apis/v1/cluster/executors/blacklist?id=e-1&id=e-2").unwrap();
        assert_eq!((blacklisted.1, blacklisted.2), ("BLACKLIST", json!({"id": ["e-1", "e-2"]})));
        let one = named("POST", "/apis/v1/cluster/executors/e-1/unblacklist").unwrap();
        assert_eq!((one.1, one.2), ("UNBLACKLIST", json!({"id": ["e-1"]})));
        assert_eq!(named("POST", "/apis/v1/cluster/maintenance/set/").unwrap().1, "SET_MAINTENANCE");
        for (method, address) in [("GET", "/apis/v1/tasks/A/instances/T"), ("POST", "/apis/v1/applications/operations")]
        {
            assert_eq!(named(method, address), None);
        }
    }

    #[test]
    fn a_token_is_not_its_senders_name() {
        let request = Request::delete("/apis/v1/tasks/A/instances/T").header(header::AUTHORIZATION, "Bearer s3cret");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        assert_eq!(read(&parts, Bytes::new(), Timestamp(7)).ok().unwrap().user.as_deref(), Some("token"));
    }
}
