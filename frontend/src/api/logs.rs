use super::{Api, ApiError, Method, transport};
use crate::routes::encode;
use model::{
    TaskKey,
    dashboard::{LogFiles, LogFrame},
};

impl Api {
    /// Names of a task's log files.
    pub async fn log_files(&self, key: &TaskKey) -> Result<LogFiles, ApiError> {
        let url = self.own(&format!("logs/{}", Self::segments(key)), &[]);
        let answer = transport::send(Method::Get, &url, None).await?;
        self.noticed(transport::read_own(&answer))
    }

    /// Up to `length` bytes of a log file, from `offset`.
    pub async fn log_part(&self, key: &TaskKey, file: &str, offset: u64, length: u64) -> Result<LogFrame, ApiError> {
        let pairs = [("offset", offset.to_string()), ("length", length.to_string())];
        let url = self.own(&format!("logs/{}/{}", Self::segments(key), encode(file)), &pairs);
        let answer = transport::send(Method::Get, &url, None).await?;
        self.noticed(transport::read_own(&answer))
    }

    /// Address of a whole log file, to be saved.
    pub fn log_download(&self, key: &TaskKey, file: &str) -> String {
        self.own(&format!("logs/{}/{}", Self::segments(key), encode(file)), &[("download", String::new())])
    }
}
