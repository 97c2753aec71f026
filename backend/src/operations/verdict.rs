//! What an answer to an operation says about it (contract 1.2, 4.3, 4.4).

use crate::{drove_client::words, ledger::Answer};
use http::StatusCode;
use model::dashboard::AnswerKind;
use serde_json::Value;

/// What an answer means for the ledger.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The cluster took it or refused it, or nobody knows.
    Answered(Answer),
    /// It reached nobody who could carry it out: nothing is recorded.
    NotLetIn,
}

/// Reads an answer.
pub fn of(status: StatusCode, body: &[u8]) -> Verdict {
    let answer = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let message = answer["message"].as_str().unwrap_or_default();
    let kind = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Verdict::NotLetIn,
        StatusCode::BAD_REQUEST if message == crate::drove_client::NOT_LEADER => return Verdict::NotLetIn,
        StatusCode::INTERNAL_SERVER_ERROR if is_lack_of_role(&answer) => return Verdict::NotLetIn,
        StatusCode::OK if answer["status"] == "SUCCESS" => AnswerKind::Accepted,
        StatusCode::OK if answer["status"] == "FAILED" => AnswerKind::Refused,
        // Drove's own word that it failed; a page with this status may be anybody's.
        StatusCode::INTERNAL_SERVER_ERROR if answer["status"] == "FAILED" => AnswerKind::Refused,
        status if status.is_client_error() => AnswerKind::Refused,
        // A gateway in between gives these when it does not know either.
        _ => AnswerKind::Unknown,
    };
    let words = match kind {
        AnswerKind::Refused => match words(&answer) {
            entries if !entries.is_empty() => entries,
            _ if message.is_empty() => Vec::new(),
            _ => vec![message.to_owned()],
        },
        AnswerKind::Accepted | AnswerKind::Unknown | AnswerKind::Other(_) => Vec::new(),
    };
    Verdict::Answered(Answer { kind, status: Some(status.as_u16()), words })
}

/// Drove fails over a user without a role where it asks for one (contract 7), before it looks at the operation.
fn is_lack_of_role(answer: &Value) -> bool {
    let failure = answer["data"]["failure"].as_str().unwrap_or_default();
    failure.contains("com.phonepe.drove.auth.model.DroveUser.getRole()")
}
