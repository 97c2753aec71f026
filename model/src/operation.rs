//! Operations on tasks (contract 4).

use crate::{DroveDuration, SourceAppName, TaskId, TaskKey, TaskSpec, wire_enum::wire_enum};
use serde::{Deserialize, Serialize};

/// Body of `POST /apis/v1/tasks/operations` (contract 4.1).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum TaskOperation {
    /// Run a task.
    Create {
        /// Required.
        #[serde(skip_serializing_if = "Option::is_none")]
        spec: Option<Box<TaskSpec>>,
        /// Required.
        #[serde(skip_serializing_if = "Option::is_none")]
        op_spec: Option<ClusterOpSpec>,
    },
    /// Kill a running task: SIGKILL, no grace (contract 0.1).
    Kill {
        /// Required.
        source_app_name: SourceAppName,
        /// Required.
        task_id: TaskId,
        /// Required.
        #[serde(skip_serializing_if = "Option::is_none")]
        op_spec: Option<ClusterOpSpec>,
    },
}

impl TaskOperation {
    /// The pair the operation is about.
    pub fn key(&self) -> TaskKey {
        match self {
            TaskOperation::Create { spec, .. } => spec.as_ref().map(|s| s.key()).unwrap_or_default(),
            TaskOperation::Kill { source_app_name, task_id, .. } => {
                TaskKey { app: source_app_name.clone(), id: task_id.clone() }
            }
        }
    }
}

wire_enum!(
    /// `failureStrategy` (contract 4.2); ignored for tasks.
    FailureStrategy {
        /// Stop at the first failure.
        Stop = "STOP",
        /// Undo.
        Rollback = "ROLLBACK",
    }
);

/// `opSpec` (contract 4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterOpSpec {
    /// How long the operation may take; required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<DroveDuration>,
    /// 1 to 512; ignored for tasks.
    pub parallelism: i64,
    /// Required; ignored for tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_strategy: Option<FailureStrategy>,
}

impl Default for ClusterOpSpec {
    /// What the controller uses for operations of its own: 300 s, 1, STOP (contract 4.2).
    fn default() -> Self {
        Self {
            timeout: Some(DroveDuration::seconds(300)),
            parallelism: 1,
            failure_strategy: Some(FailureStrategy::Stop),
        }
    }
}

/// `data` of an accepted operation: `APP-ID` after CREATE, the bare ID after KILL (contract 4.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationAccepted {
    /// See above.
    pub task_id: String,
}
