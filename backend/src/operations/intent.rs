//! What a request asks for, as far as the ledger wants to know.

use super::audit::sender;
use crate::{
    extract::LARGEST_REQUEST,
    ledger::{Intent, Operation},
};
use flate2::read::GzDecoder;
use http::{header, request};
use model::{TaskOperation, TaskSpec, Timestamp, decode::parse_body};
use serde_json::Value;
use std::{borrow::Cow, io::Read, sync::Arc};

/// The intent of a request; nothing if its body is no operation, which Drove will say.
pub fn read(parts: &request::Parts, body: &[u8], at: Timestamp) -> Option<Intent> {
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
