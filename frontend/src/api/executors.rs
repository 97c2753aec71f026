use super::{Api, ApiError, Method, transport};
use crate::routes::encode;
use model::{ExecutorId, ExecutorNodeData};
use serde::Deserialize;

/// What names an executor in the list of all.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedExecutor {
    /// Its ID.
    pub executor_id: String,
    /// Its host.
    pub hostname: String,
    /// Port of its own API.
    #[serde(default)]
    pub port: u16,
}

impl Api {
    /// All executors that the cluster lists.
    pub async fn executors(&self) -> Result<Vec<ListedExecutor>, ApiError> {
        let answer = transport::send(Method::Get, &self.drove("cluster/executors"), None).await?;
        self.noticed(transport::read_drove(&answer))
    }

    /// One executor's own report, up to 20 s old.
    pub async fn executor(&self, id: &ExecutorId) -> Result<ExecutorNodeData, ApiError> {
        let url = self.drove(&format!("cluster/executors/{}", encode(id.as_str())));
        let answer = transport::send(Method::Get, &url, None).await?;
        self.noticed(transport::read_drove(&answer))
    }
}
