//! The path of CREATE and KILL, and of what else changes the cluster: intent recorded, sent upstream once, answer recorded (design sections 2 and 3).
//!
//! The request goes on as it came; it is read only to know what it asks for, and refused if that cannot be told. The client's answer does not wait for the
//! ledger: only the intent before it does.

pub mod audit;
mod intent;
mod record;
mod rehearsed;
mod verdict;

pub use rehearsed::of_rehearsed;

use crate::{
    drove_client::ClusterError,
    error::{ApiError, refusal},
    extract::{budget, read_body},
    ledger::{Answer, Ledger, Now},
    session::caller::Caller,
    upstream::{Concerns, InMemory, Upstream, UpstreamError},
};
use audit::{Audit, Outcome};
use axum::body::{Body, Bytes, to_bytes};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header, request};
use model::{
    OUTCOME_HEADER, OUTCOME_UNKNOWN, TaskKey, TaskOperation, UserRole,
    dashboard::{AnswerKind, Door},
};
use record::Record;
use std::time::Duration;
use tracing::Instrument;
use verdict::Verdict;

/// Path of CREATE and KILL.
pub const OPERATIONS: &str = "/apis/v1/tasks/operations";
/// Tells a client that its operation was carried out and not recorded.
pub const LEDGER_UNAVAILABLE: (HeaderName, HeaderValue) =
    (HeaderName::from_static("dashboard-ledger"), HeaderValue::from_static("unavailable"));
/// Tells a client that its operation may have been carried out, and that the ledger will know.
const UNKNOWN_OUTCOME: (HeaderName, HeaderValue) =
    (HeaderName::from_static(OUTCOME_HEADER), HeaderValue::from_static(OUTCOME_UNKNOWN));
/// Largest answer to an operation, in bytes.
const LARGEST_ANSWER: usize = 1 << 20;
/// Longest wait for the whole answer. With the wait for the body before it, it ends before the client's own wait does
/// (`middleware::limits`): who waits is told that the outcome is unknown, and it is settled.
const LONGEST_ANSWER: Duration = Duration::from_secs(85);

/// Longest time that an operation waits until its intent is stored.
const LONGEST_INTENT: Duration = Duration::from_secs(1);

/// What to do with an operation that cannot be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unrecordable {
    /// Answer 503 (demo).
    Refuse,
    /// Send it all the same, and say so (a real cluster must stay operable).
    GoOn,
}

/// Carries out operations. Cheap to clone.
#[derive(Clone)]
pub struct Operations {
    upstream: Upstream,
    ledger: Ledger,
    now: Now,
    unrecordable: Unrecordable,
}

impl Operations {
    /// Operations on the cluster behind `upstream`, recorded in `ledger`; `now` is the time of facts.
    pub fn new(upstream: Upstream, ledger: Ledger, now: Now, unrecordable: Unrecordable) -> Self {
        Self { upstream, ledger, now, unrecordable }
    }

    /// Whether a request is one for [`Self::handle`].
    pub fn is_operation(method: &Method, path: &str) -> bool {
        method == Method::POST && intent::is_task_operation(path)
    }

    /// Whether a request is recorded before it is sent: what [`Self::is_operation`], and what changes the cluster or a
    /// task's metadata.
    pub fn is_recorded(method: &Method, path: &str) -> bool {
        Self::is_operation(method, path) || intent::is_addressed(method, path)
    }

    /// Carries out one operation. Who asks is a [`Caller`] among the extensions, or else whoever the request claims.
    pub async fn handle(&self, request: Request<Body>) -> Response<Body> {
        let this = self.clone();
        // A client that goes away must not leave an operation half recorded.
        match tokio::spawn(async move { this.carry_out(request).await }.in_current_span()).await {
            Ok(response) => response,
            Err(_panic) => refusal(OPERATIONS, ApiError::Internal),
        }
    }

    /// Carries out an operation of the demo's own work, as if a user had sent it.
    pub async fn submit(&self, operation: &TaskOperation) -> Response<Body> {
        let caller = Caller::in_process("scenario", Some(UserRole::ReadWrite), Door::Scenario);
        let Ok(body) = serde_json::to_vec(operation) else { return refusal(OPERATIONS, ApiError::Internal) };
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = http::Uri::from_static(OPERATIONS);
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request.extensions_mut().insert(caller);
        self.handle(request).await
    }

    async fn carry_out(&self, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let _reserved = match budget::reserve(&parts, &body).await {
            Ok(reserved) => reserved,
            Err(error) => return refusal(parts.uri.path(), error),
        };
        let body = match read_body(body).await {
            Ok(body) => body,
            Err(fault) => return refusal(parts.uri.path(), fault.into()),
        };
        let (sent, now) = (body.clone(), (self.now)());
        let read = move || {
            let intent = intent::read(&parts, sent, now);
            (parts, intent)
        };
        let (mut parts, intent) = budget::work_on(body.len(), read).await;
        let intent = match intent {
            Ok(intent) => intent,
            Err(refused) => return self.refuse(parts, *refused).await,
        };
        let audit = Audit::of_intent(self.ledger.cluster(), &intent, &parts);
        if intent.key != TaskKey::default() {
            parts.extensions.insert(Concerns(intent.key.clone()));
        }
        let goes_on = self.unrecordable == Unrecordable::GoOn;
        let is_futile = goes_on && self.ledger.trouble().borrow().is_some();
        let limit = if is_futile { Duration::ZERO } else { LONGEST_INTENT };
        let record = Record::begin(self.ledger.clone(), intent, limit).await;
        let trouble = record.trouble();
        if let Some(error) = &trouble
            && !goes_on
        {
            audit.write(Outcome::NotSent, false);
            record.end(None);
            let sentence = format!("{error}; nothing was sent, because it could not be recorded");
            return refusal(OPERATIONS, ApiError::Unavailable(sentence));
        }
        let mut response = self.recorded(record, &audit, parts, body).await;
        response.headers_mut().extend(trouble.map(|_| LEDGER_UNAVAILABLE));
        response
    }

    /// Refuses a body that cannot be read, unless Drove refuses the request for its sender or its headers, which it checks
    /// first. Drove is asked without the body: it carries out no operation then.
    async fn refuse(&self, parts: request::Parts, refused: Response<Body>) -> Response<Body> {
        let audit = Audit::of_request(self.ledger.cluster(), &parts);
        match self.send(without_body(parts), Bytes::new()).await {
            Ok((response, body)) if response.status != StatusCode::BAD_REQUEST => {
                audit.write(Outcome::Status(response.status), false);
                Response::from_parts(response, Body::from(body))
            }
            Ok(_) => {
                audit.write(Outcome::Status(refused.status()), false);
                refused
            }
            Err(error) => {
                audit.write(Outcome::of_error(&error), false);
                refusal(OPERATIONS, ClusterError::from(error).into())
            }
        }
    }

    async fn recorded(&self, record: Record, audit: &Audit, parts: request::Parts, body: Bytes) -> Response<Body> {
        let (is_recorded, is_kept) = (record.trouble().is_none(), record.is_kept());
        let (answer, mut response) = match self.send(parts, body).await {
            Ok((response, body)) => {
                let answer = match verdict::of(response.status, &body) {
                    Verdict::Answered(answer) => {
                        audit.write(Outcome::Answered(&answer.kind, answer.status), is_recorded);
                        Some(answer)
                    }
                    Verdict::NotLetIn => {
                        audit.write(Outcome::NotLetIn(response.status), false);
                        None
                    }
                };
                (answer, Response::from_parts(response, Body::from(body)))
            }
            Err(error) => {
                let outcome = Outcome::of_error(&error);
                audit.write(outcome, is_recorded && outcome != Outcome::NotSent);
                let is_lost = matches!(error, UpstreamError::AnswerLost(_));
                (is_lost.then(Answer::unknown), unanswered(error))
            }
        };
        let is_unknown = answer.as_ref().is_some_and(|answer| answer.kind == AnswerKind::Unknown);
        response.headers_mut().extend((is_unknown && is_kept).then_some(UNKNOWN_OUTCOME));
        record.end(answer);
        response
    }

    /// Sends the request, once. An answer that breaks off, or does not come, is lost.
    async fn send(
        &self,
        mut parts: request::Parts,
        body: Bytes,
    ) -> Result<(http::response::Parts, Bytes), UpstreamError> {
        parts.extensions.insert(InMemory);
        let answer = async {
            let response = self.upstream.call(Request::from_parts(parts, Body::from(body))).await?;
            let (response, body) = response.into_parts();
            match to_bytes(body, LARGEST_ANSWER).await {
                Ok(body) => Ok((response, body)),
                Err(fault) => Err(UpstreamError::AnswerLost(fault.to_string())),
            }
        };
        let late = || UpstreamError::AnswerLost(format!("it did not come within {} s", LONGEST_ANSWER.as_secs()));
        tokio::time::timeout(LONGEST_ANSWER, answer).await.unwrap_or_else(|_| Err(late()))
    }
}

/// The head of a request that is sent without its body.
pub fn without_body(mut parts: request::Parts) -> request::Parts {
    for name in [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONTENT_ENCODING] {
        parts.headers.remove(name);
    }
    parts
}

fn unanswered(error: UpstreamError) -> Response<Body> {
    if let UpstreamError::AnswerLost(why) = error {
        return refusal(OPERATIONS, ApiError::Timeout(outcome_unknown(&why)));
    }
    refusal(OPERATIONS, ClusterError::from(error).into())
}

/// What a client is told whose operation may have been carried out.
fn outcome_unknown(why: &str) -> String {
    format!(
        "outcome unknown: the answer of the cluster was lost ({why}), and the operation may have been carried out; it is \
         not sent again, and the dashboard reads the task back"
    )
}

#[cfg(test)]
mod tests;
