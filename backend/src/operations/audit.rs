//! The audit log: one structured line for each operation, target `audit`, beside the ledger's record. Who, on which cluster,
//! what, with which answer; never a spec, a body, a query or credentials.

use crate::{
    ledger::{Intent, Operation},
    session::{basic, caller::Caller},
    upstream::UpstreamError,
};
use axum::response::Response;
use http::{HeaderMap, StatusCode, header::AUTHORIZATION, request};
use model::{
    TaskKey,
    dashboard::{AnswerKind, Door},
};

/// What is told of an operation, whatever becomes of it.
#[derive(Clone, Debug)]
pub struct Audit {
    cluster: String,
    user: Option<String>,
    door: Door,
    operation: String,
    task: Option<TaskKey>,
}

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// The cluster answered, or its answer was lost.
    Answered(&'a AnswerKind, Option<u16>),
    /// Its sender was not let in, or it reached nobody who could carry it out.
    NotLetIn(StatusCode),
    /// It was never sent.
    NotSent,
    /// Anything but CREATE and KILL: what the status says is all that is known.
    Status(StatusCode),
}

impl Outcome<'static> {
    /// Of a request that has no answer.
    pub fn of_error(error: &UpstreamError) -> Self {
        match error {
            UpstreamError::NoLeader | UpstreamError::NotSent(_) | UpstreamError::Busy(_) => Self::NotSent,
            UpstreamError::AnswerLost(_) => Self::Answered(&AnswerKind::Unknown, None),
        }
    }

    /// Of a request whose answer is passed on unread.
    pub fn of_result<B>(answered: &Result<Response<B>, UpstreamError>) -> Self {
        answered.as_ref().map_or_else(Self::of_error, |response| Self::Status(response.status()))
    }
}

impl Audit {
    /// Of an operation that is recorded. CREATE and KILL have names, the rest is named by its method and path.
    pub fn of_intent(cluster: &str, intent: &Intent, parts: &request::Parts) -> Self {
        let task = Some(intent.key.clone()).filter(|key| *key != TaskKey::default());
        let of_request = Self::of_request(cluster, parts);
        match &intent.operation {
            Operation::Create { .. } | Operation::Kill => {
                Self { operation: intent.operation.name().to_owned(), task, ..of_request }
            }
            Operation::Delete | Operation::Cluster(_) => Self { task, ..of_request },
        }
    }

    /// Of any other request that may change something, named by its method and path.
    pub fn of_request(cluster: &str, parts: &request::Parts) -> Self {
        let (user, door) = sender(parts);
        let operation = format!("{} {}", parts.method, parts.uri.path());
        Self { cluster: cluster.to_owned(), user, door, operation, task: None }
    }

    /// Writes the line. `recorded`: the ledger has the operation too.
    pub fn write(&self, outcome: Outcome<'_>, recorded: bool) {
        let (answer, status) = match outcome {
            Outcome::Answered(kind, status) => (kind.as_str(), status),
            Outcome::NotLetIn(status) => ("NOT_LET_IN", Some(status.as_u16())),
            Outcome::NotSent => ("NOT_SENT", None),
            Outcome::Status(status) => (said_by(status), Some(status.as_u16())),
        };
        let (user, door, task) =
            (self.user.as_deref(), self.door.as_str(), self.task.as_ref().map(ToString::to_string));
        let (cluster, operation, task) = (self.cluster.as_str(), self.operation.as_str(), task.as_deref());
        // The demo's own work is nobody's doing.
        if self.door == Door::Scenario {
            tracing::debug!(target: "audit", user, cluster, operation, task, answer, status, door, recorded, "operation");
        } else {
            tracing::info!(target: "audit", user, cluster, operation, task, answer, status, door, recorded, "operation");
        }
    }
}

/// Tells of a request on its way; its outcome is unknown if nobody waits for it any more.
#[derive(Debug)]
pub struct OnItsWay(Option<Audit>);

impl OnItsWay {
    /// The request is sent now.
    pub fn new(audit: Audit) -> Self {
        Self(Some(audit))
    }

    /// It ended.
    pub fn ended(mut self, outcome: Outcome<'_>) {
        if let Some(audit) = self.0.take() {
            audit.write(outcome, false);
        }
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        if let Some(audit) = self.0.take() {
            audit.write(Outcome::Answered(&AnswerKind::Unknown, None), false);
        }
    }
}

/// Who sends a request and how: proven if a session says so, claimed otherwise.
pub fn sender(parts: &request::Parts) -> (Option<String>, Door) {
    match parts.extensions.get::<Caller>() {
        Some(caller) => (Some(caller.recorded_name()), caller.door.clone()),
        None => (claimed(&parts.headers), Door::Api),
    }
}

/// Whom the credentials of a request name. A token names nobody, and is never written down itself.
fn claimed(headers: &HeaderMap) -> Option<String> {
    let name = basic::credentials(headers).map(|(user, _password)| user);
    let is_token = || {
        let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (scheme, _) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| "token".to_owned())
    };
    name.or_else(is_token)
}

fn said_by(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "NOT_LET_IN",
        status if status.is_success() => "ANSWERED",
        status if status.is_client_error() => "REFUSED",
        _ => "UNKNOWN",
    }
}
