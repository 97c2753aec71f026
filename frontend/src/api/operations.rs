use super::{Api, ApiError, Method, transport};
use crate::routes::encode;
use model::{ClusterOpSpec, OperationAccepted, TaskKey, TaskOperation, dashboard::TaskDetail};
use serde_json::Value;

/// Seconds to wait for the answer to a CREATE or KILL; after that its outcome is unknown. The server finds a new leader
/// within 31 s of a crash, and settles what it sent by reading the task back.
const OPERATION_SECONDS: u32 = 40;

impl Api {
    /// Submits a task: `body` is the whole operation as JSON ([`TaskOperation::Create`] as the form holds it, with
    /// whatever else the user wrote). Sent once, never again by itself.
    pub async fn create(&self, body: &Value) -> Result<OperationAccepted, ApiError> {
        self.operate(body.to_string()).await
    }

    /// Submits a run once more, as it was submitted. Sent once, never again by itself.
    pub async fn resubmit(&self, run: &TaskDetail) -> Result<OperationAccepted, ApiError> {
        match run.resubmission() {
            Ok(operation) => self.create(&operation).await,
            Err(why) => Err(ApiError::Refused { message: why.to_owned(), words: Vec::new() }),
        }
    }

    /// Kills a task. Sent once, never again by itself.
    pub async fn kill(&self, key: &TaskKey) -> Result<OperationAccepted, ApiError> {
        let operation = TaskOperation::Kill {
            source_app_name: key.app.clone(),
            task_id: key.id.clone(),
            op_spec: Some(ClusterOpSpec::default()),
        };
        let body = transport::body(&operation)?;
        self.operate(body.unwrap_or_default()).await
    }

    async fn operate(&self, body: String) -> Result<OperationAccepted, ApiError> {
        let url = self.drove("tasks/operations");
        let answer = transport::send_within(OPERATION_SECONDS, Method::Post, &url, Some(body)).await?;
        self.noticed(transport::read_operation(&answer))
    }

    /// `APP/ID` as two segments of a path.
    pub(super) fn segments(key: &TaskKey) -> String {
        format!("{}/{}", encode(key.app.as_str()), encode(key.id.as_str()))
    }
}
