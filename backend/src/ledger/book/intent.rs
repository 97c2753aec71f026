use crate::ledger::fact::{Intent, Operation};
use model::{TaskKey, TaskSpec, Timestamp};
use std::{sync::Arc, time::Duration};

/// An intent that waits for its answer.
#[derive(Clone, Debug)]
pub struct OpenIntent {
    /// The task.
    pub key: TaskKey,
    /// When it came.
    pub at: Timestamp,
    /// Who sent it.
    pub user: Option<String>,
    /// What is asked for.
    pub asks: Asks,
    /// Of a CREATE.
    pub spec: Option<Arc<TaskSpec>>,
    /// How long it may take.
    pub timeout: Duration,
    /// Placing its task was given up meanwhile.
    pub attempts_ended: Option<Timestamp>,
}

/// What an intent asks for, as far as the book decides by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// CREATE.
    Create,
    /// KILL.
    Kill,
    /// That the metadata be deleted.
    Delete,
    /// Something that is about no task.
    Other,
}

impl Asks {
    /// By the name of the operation ([`Operation::name`]).
    pub fn of(name: &str) -> Self {
        match name {
            "CREATE" => Asks::Create,
            "KILL" => Asks::Kill,
            "DELETE" => Asks::Delete,
            _ => Asks::Other,
        }
    }
}

impl OpenIntent {
    /// An intent that was just stored.
    pub fn of(intent: &Intent) -> Self {
        let spec = if let Operation::Create { spec, .. } = &intent.operation { Some(spec.clone()) } else { None };
        Self {
            key: intent.key.clone(),
            at: intent.at,
            user: intent.user.clone(),
            asks: Asks::of(intent.operation.name()),
            spec,
            timeout: intent.timeout(),
            attempts_ended: None,
        }
    }
}
