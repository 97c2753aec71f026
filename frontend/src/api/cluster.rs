use super::{Api, ApiError, Method, transport};
use crate::routes::encode;
use model::{BlacklistOperationResponse, ExecutorId};

/// Seconds to wait for the answer to a blacklisting: Drove takes up to 60.
const BLACKLIST_SECONDS: u32 = 90;

impl Api {
    /// Stops new work from being placed on an executor. Drove answers after 8 to 12 s, at most 60 (contract 2.6).
    pub async fn blacklist(&self, id: &ExecutorId) -> Result<BlacklistOperationResponse, ApiError> {
        self.set_blacklisted(id, "blacklist").await
    }

    /// Lets new work be placed on an executor again. Drove answers after 8 to 12 s, at most 60 (contract 2.6).
    pub async fn unblacklist(&self, id: &ExecutorId) -> Result<BlacklistOperationResponse, ApiError> {
        self.set_blacklisted(id, "unblacklist").await
    }

    /// Drove says SUCCESS even when nothing was done: what counts is the list of failures, and its message tells why.
    async fn set_blacklisted(&self, id: &ExecutorId, verb: &str) -> Result<BlacklistOperationResponse, ApiError> {
        let url = self.drove(&format!("cluster/executors/{verb}?id={}", encode(id.as_str())));
        let answer = transport::send_within(BLACKLIST_SECONDS, Method::Post, &url, Some("{}".into())).await?;
        let done: BlacklistOperationResponse = self.noticed(transport::read_operation(&answer))?;
        if done.failed.contains(id.as_str()) {
            return Err(ApiError::Refused { message: done.message, words: Vec::new() });
        }
        Ok(done)
    }
}
