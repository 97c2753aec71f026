//! How a task ended, folded from state, result and error message: Drove's STOPPED says nothing about success.

use crate::{TaskInfo, TaskResultStatus, TaskState, fate::is_not_found, wire_enum::wire_enum};

wire_enum!(
    /// Outcome of a run that ended. The first five are Drove's; the others are conclusions of ours.
    Outcome {
        /// Exit code 0.
        Successful = "SUCCESSFUL",
        /// Another exit code.
        Failed = "FAILED",
        /// Killed, or its placing was stopped.
        Cancelled = "CANCELLED",
        /// The container or its executor vanished.
        Lost = "LOST",
        /// Declared by Drove, never produced.
        TimedOut = "TIMED_OUT",
        /// The image could not be pulled.
        PullFailed = "PULL_FAILED",
        /// The container could not be started.
        StartFailed = "START_FAILED",
        /// Accepted, and no executor ever reported it (design section 3).
        NotPlaced = "NOT_PLACED",
        /// Ended, and nothing tells how.
        Unclear = "UNCLEAR",
    }
);

impl Outcome {
    /// The outcome of a run that has reached `state`, or nothing while it goes on. `passed` are the states it
    /// was seen in: the record of a stopped task no longer tells a failed pull from others.
    pub fn of(info: &TaskInfo, passed: &[TaskState]) -> Option<Self> {
        if !info.state.is_terminal() {
            return None;
        }
        if info.state == TaskState::Lost {
            return Some(Outcome::Lost);
        }
        let ran = passed.iter().any(|state| matches!(state, TaskState::Running | TaskState::RunCompleted));
        match passed.iter().find(|state| state.is_failure()) {
            Some(TaskState::ProvisioningFailed) => return Some(Outcome::PullFailed),
            Some(TaskState::RunFailed) => return Some(Outcome::StartFailed),
            _ => {}
        }
        Some(match info.task_result.as_ref().map(|r| &r.status) {
            Some(TaskResultStatus::Successful) => Outcome::Successful,
            Some(TaskResultStatus::Failed) => Outcome::Failed,
            Some(TaskResultStatus::Cancelled) => Outcome::Cancelled,
            Some(TaskResultStatus::Lost) => Outcome::Lost,
            Some(TaskResultStatus::TimedOut) => Outcome::TimedOut,
            Some(TaskResultStatus::Other(name)) => Outcome::Other(name.clone()),
            None if is_not_found(&info.error_message) => Outcome::Lost,
            // What ran was pulled.
            None if info.error_message.is_empty() || ran => Outcome::Unclear,
            None => Outcome::PullFailed,
        })
    }

    /// The word a person reads; the exit code, where there is one, is added by the caller.
    pub fn label(&self) -> &str {
        match self {
            Outcome::Successful => "Successful",
            Outcome::Failed => "Failed",
            Outcome::Cancelled => "Cancelled",
            Outcome::Lost => "Lost",
            Outcome::TimedOut => "Timed out",
            Outcome::PullFailed => "Pull failed",
            Outcome::StartFailed => "Start failed",
            Outcome::NotPlaced => "Not placed",
            Outcome::Unclear => "Ended",
            Outcome::Other(name) => name,
        }
    }

    /// What a person reads, with the exit code where it tells something: `Failed · exit 3`.
    pub fn describe(&self, exit_code: Option<i64>) -> String {
        match (self, exit_code) {
            (Outcome::Failed, Some(code)) if code >= 0 => format!("{} · exit {code}", self.label()),
            _ => self.label().to_owned(),
        }
    }
}
