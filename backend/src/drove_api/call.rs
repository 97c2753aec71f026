//! A request that passed all checks before its handler, apart from its body.

use super::{body, refusal::Refusal, uri::Params};
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};
use model::{
    TaskKey,
    decode::{JsonFault, parse_body},
    validate::bean,
};
use serde_json::Value;

pub(super) struct Call {
    /// Values of the route's parameters, in order.
    pub values: Vec<String>,
    pub query: Params,
    pub headers: HeaderMap,
}

impl Call {
    /// A path parameter; the route says how many there are.
    pub fn value(&self, position: usize) -> &str {
        self.values.get(position).map_or("", String::as_str)
    }

    /// The task that the first two path parameters name.
    pub fn task_key(&self) -> TaskKey {
        TaskKey::new(self.value(0), self.value(1))
    }

    /// The body as bytes.
    pub async fn bytes(&self, body: Body) -> Result<Bytes, Refusal> {
        body::read(&self.headers, body).await
    }

    /// The body as JSON, which must not be missing.
    pub async fn json(&self, body: Body) -> Result<Value, Refusal> {
        document(&self.bytes(body).await?)
    }

    /// Where the client believes this server to be, for redirects.
    pub fn host(&self) -> &str {
        self.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost")
    }
}

/// A body as JSON, which must not be missing.
pub(super) fn document(body: &[u8]) -> Result<Value, Refusal> {
    parse_body(body)?.ok_or_else(|| Refusal::Validation(vec![bean::NO_BODY.to_owned()]))
}

impl From<JsonFault> for Refusal {
    fn from(fault: JsonFault) -> Self {
        Refusal::Json(fault.message)
    }
}
