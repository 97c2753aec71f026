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

    /// Address of a log file to be saved: the lines of one run, or all of them.
    pub fn log_download(&self, key: &TaskKey, file: &str, run: Option<u32>) -> String {
        let mut pairs = vec![("download", String::new())];
        pairs.extend(run.map(|run| ("run", run.to_string())));
        self.own(&format!("logs/{}/{}", Self::segments(key), encode(file)), &pairs)
    }
}
