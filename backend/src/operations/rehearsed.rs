//! What the demo did before it was shown, as operations that the ledger can record.

use crate::{
    ledger::{Answer, Intent, Operation},
    runtime::Rehearsed,
};
use controller::{Command, Reject};
use model::dashboard::{AnswerKind, Door};
use std::sync::Arc;

/// The operation in a command of the past; nothing if it was none on a task.
pub fn of_rehearsed(rehearsed: &Rehearsed) -> Option<(Intent, Answer)> {
    let (key, operation, op) = if let Command::Create { spec, op } = &rehearsed.command {
        let document = serde_json::to_value(spec).ok()?;
        (spec.key(), Operation::Create { spec: Arc::new(spec.as_ref().clone()), document }, op)
    } else if let Command::Kill { key, op } = &rehearsed.command {
        (key.clone(), Operation::Kill, op)
    } else {
        return None;
    };
    let answer = match &rehearsed.answer {
        Ok(_) => Answer { kind: AnswerKind::Accepted, status: Some(200), words: Vec::new() },
        Err(Reject::Validation(words)) => Answer { kind: AnswerKind::Refused, status: Some(400), words: words.clone() },
        Err(Reject::Failed(message)) => {
            Answer { kind: AnswerKind::Refused, status: Some(200), words: vec![message.clone()] }
        }
    };
    let user = Some("scenario".to_owned());
    let op_spec = serde_json::to_value(op).ok()?;
    Some((Intent { key, operation, at: rehearsed.time, user, door: Door::Scenario, op_spec }, answer))
}
