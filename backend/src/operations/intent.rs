//! What a request asks for, as far as the ledger wants to know.

use super::audit::sender;
use crate::{
    drove_api::Segments,
    extract::LARGEST_REQUEST,
    ledger::{Intent, Operation},
};
use flate2::read::GzDecoder;
use http::{Method, header, request};
use model::{TaskKey, TaskOperation, TaskSpec, Timestamp, decode::parse_body};
use serde_json::{Value, json};
use std::{borrow::Cow, io::Read, sync::Arc};

/// The intent of a request; nothing if its body is no operation, which Drove will say.
pub fn read(parts: &request::Parts, body: &[u8], at: Timestamp) -> Option<Intent> {
    if let Some((key, operation, op_spec)) = addressed(parts) {
        let (user, door) = sender(parts);
        return Some(Intent { key, operation, at, user, door, op_spec });
    }
    let body = plain(parts, body)?;
    let mut document = parse_body(&body).ok()??;
    let (user, door) = sender(parts);
    let (key, operation) = match TaskOperation::from_json(&document).ok()? {
        TaskOperation::Create { spec, .. } => {
            let spec: Arc<TaskSpec> = Arc::from(spec?);
            let document = document.get_mut("spec").map(Value::take)?;
            (spec.key(), Operation::Create { spec, document })
        }
        kill @ TaskOperation::Kill { .. } => (kill.key(), Operation::Kill),
    };
    let op_spec = document.get_mut("opSpec").map(Value::take).unwrap_or_default();
    Some(Intent { key, operation, at, user, door, op_spec })
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

/// The body without the compression that Drove takes (contract 1.2).
fn plain<'a>(parts: &request::Parts, body: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    let encoding = parts.headers.get(header::CONTENT_ENCODING);
    if encoding.is_none_or(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"gzip")) {
        return Some(Cow::Borrowed(body));
    }
    let limit = u64::try_from(LARGEST_REQUEST).unwrap_or(u64::MAX);
    let mut inflated = Vec::new();
    GzDecoder::new(body).take(limit).read_to_end(&mut inflated).ok()?;
    Some(Cow::Owned(inflated))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use http::Request;

    fn named(method: &str, address: &str) -> Option<(String, &'static str, Value)> {
        let (parts, ()) = Request::builder().method(method).uri(address).body(()).unwrap().into_parts();
        let intent = read(&parts, b"", Timestamp(7))?;
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
        assert_eq!(read(&parts, b"", Timestamp(7)).unwrap().user.as_deref(), Some("token"));
    }
}
