//! Why a command was refused, in Drove's words (contract 1.2, 4.4).

use model::TaskKey;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A refused command changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum Reject {
    /// HTTP 400, message `Command validation failure`, these entries. The caller mends the request.
    #[error("Command validation failure: {}", .0.join("; "))]
    Validation(Vec<String>),
    /// HTTP 200, status FAILED, this message. The caller waits, or looks at the cluster.
    #[error("{0}")]
    Failed(String),
}

/// Entry and message of everything that maintenance refuses.
pub const IN_MAINTENANCE: &str = "Cluster is in maintenance mode";

impl Reject {
    /// CREATE, KILL and validation during maintenance and its tail.
    pub(crate) fn in_maintenance() -> Self {
        Reject::Validation(vec![IN_MAINTENANCE.to_owned()])
    }

    /// CREATE of a pair that has a runner or a record.
    pub(crate) fn exists(key: &TaskKey) -> Self {
        Reject::Validation(vec![format!("Task already exists for {key} with taskID: {}", key.joined())])
    }

    /// KILL of a pair that has no runner.
    pub(crate) fn not_running(key: &TaskKey) -> Self {
        Reject::Validation(vec![format!("Either task does not exist or has already finished for {key}")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_droves() {
        let key = TaskKey::new("REC", "p1");
        assert_eq!(
            Reject::exists(&key),
            Reject::Validation(vec!["Task already exists for REC/p1 with taskID: REC-p1".into()])
        );
        assert_eq!(
            Reject::not_running(&key),
            Reject::Validation(vec!["Either task does not exist or has already finished for REC/p1".into()])
        );
    }
}
