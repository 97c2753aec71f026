//! A typed client over any upstream: what Drove's answers mean, decided once (contract 1.2).
//!
//! What is sent again and what is not is for the upstream to decide. Who asks is part of the client: handlers act for
//! their caller, only the watcher acts for itself.

mod answer;
mod error;
mod readable;

pub use answer::{NOT_LEADER, words};
pub use error::ClusterError;

use crate::{
    peer::SentFor,
    upstream::{OwnAccord, Upstream, UpstreamError},
};
use axum::body::Body;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use model::{
    ClusterSummary, DroveEventsList, ExecutorId, ExecutorNodeData, ExecutorSummary, LogChunk, LogFileList, TaskInfo,
    TaskKey, Timestamp,
};
use readable::{Readable, ReadableEvents};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use std::time::Duration;

/// Longest wait for a read, in real time.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// Largest list of tasks or events, in bytes: about 25,000 active tasks. Parsed it takes a few times as much memory.
const LARGEST_LIST: usize = 32 << 20;
/// Largest other response, in bytes: an executor with 5,000 tasks.
const LARGEST_RECORD: usize = 8 << 20;

/// A client that acts for one identity. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DroveClient {
    upstream: Upstream,
    identity: Identity,
    /// It asks of the dashboard's own accord.
    own: bool,
    /// The user whose share of the places it takes.
    sent_for: Option<SentFor>,
}

/// For whom a client acts.
#[derive(Clone, Default)]
pub enum Identity {
    /// Nobody: works with clusters without authentication.
    #[default]
    Nobody,
    /// Whoever this `Authorization` value names.
    Authorization(HeaderValue),
    /// Somebody this process has verified itself, known to services in the same process only.
    InProcess(http::Extensions),
}

impl std::fmt::Debug for Identity {
    /// Says which kind only: the rest is a credential.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Identity::Nobody => "Nobody",
            Identity::Authorization(_) => "Authorization",
            Identity::InProcess(_) => "InProcess",
        })
    }
}

impl DroveClient {
    /// A client of `upstream` that acts for `identity`.
    pub fn new(upstream: Upstream, identity: Identity) -> Self {
        Self { upstream, identity, own: false, sent_for: None }
    }

    /// The same cluster, asked by somebody else.
    pub fn acting_for(&self, identity: Identity) -> Self {
        Self { upstream: self.upstream.clone(), identity, own: false, sent_for: None }
    }

    /// The same cluster, asked by the dashboard for itself: however many clients wait for the leader, this waits for none.
    pub fn of_own_accord(&self, identity: Identity) -> Self {
        Self { own: true, ..self.acting_for(identity) }
    }

    /// The same client, whose requests count as those of a verified user.
    pub fn sent_for(self, user: &str) -> Self {
        Self { sent_for: Some(SentFor(user.to_owned())), ..self }
    }

    /// The upstream that this client asks.
    pub fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    /// Whether a leader answers and takes the credentials.
    pub async fn ping(&self) -> Result<(), ClusterError> {
        self.read::<IgnoredAny>("/apis/v1/ping").await.map(drop)
    }

    /// All active tasks (contract 2.2).
    pub async fn tasks(&self) -> Result<Vec<TaskInfo>, ClusterError> {
        self.read_leniently::<_, Readable<TaskInfo>>("/apis/v1/tasks").await
    }

    /// One task in any state; nothing if Drove has no record of it.
    pub async fn task(&self, key: &TaskKey) -> Result<Option<TaskInfo>, ClusterError> {
        let path = format!("/apis/v1/tasks/{}/instances/{}", path_part(key.app.as_str()), path_part(key.id.as_str()));
        let found: Option<TaskInfo> = known(self.read(&path).await)?;
        match found {
            Some(other) if other.key() != *key => {
                let detail = format!("{key} was asked for, and the answer is about {}", other.key());
                Err(ClusterError::BadReply { status: 200, detail })
            }
            found => Ok(found),
        }
    }

    /// All executors, those that vanished included (contract 2.6).
    pub async fn executors(&self) -> Result<Vec<ExecutorSummary>, ClusterError> {
        self.read("/apis/v1/cluster/executors").await
    }

    /// One executor; nothing if it is not known or was removed.
    pub async fn executor(&self, id: &ExecutorId) -> Result<Option<ExecutorNodeData>, ClusterError> {
        known(self.read(&format!("/apis/v1/cluster/executors/{}", path_part(id.as_str()))).await)
    }

    /// Events strictly after `since`, at most `size` of them, newest first (contract 2.8).
    pub async fn events_latest(&self, since: Timestamp, size: usize) -> Result<DroveEventsList, ClusterError> {
        let path = format!("/apis/v1/cluster/events/latest?lastSyncTime={since}&size={size}");
        self.read_leniently::<_, ReadableEvents>(&path).await
    }

    /// The cluster; nothing while its first summary is not computed, or is being computed (contract 2.5).
    pub async fn cluster(&self) -> Result<Option<ClusterSummary>, ClusterError> {
        known(self.read("/apis/v1/cluster").await)
    }

    /// What Drove says to a spec: `Ok` or [`ClusterError::Refused`] with its words.
    pub async fn validate(&self, spec: &Value) -> Result<(), ClusterError> {
        let response = self.post("/apis/v1/tasks/validate/spec", spec).await?;
        answer::done(response).await
    }

    /// Sends a CREATE or KILL, once, past the ledger: only [`crate::operations`] may use what this does.
    pub async fn operation(&self, operation: &Value) -> Result<Value, ClusterError> {
        let response = self.post("/apis/v1/tasks/operations", operation).await?;
        answer::data(response, LARGEST_RECORD).await
    }

    /// Removes the record of an ended task.
    pub async fn delete(&self, key: &TaskKey) -> Result<(), ClusterError> {
        let path = format!("/apis/v1/tasks/{}/instances/{}", path_part(key.app.as_str()), path_part(key.id.as_str()));
        let response = self.send(self.request(Method::DELETE, &path, Body::empty())?).await?;
        answer::done(response).await
    }

    /// Names of the log files of a task (contract 2.4).
    pub async fn log_files(&self, key: &TaskKey) -> Result<LogFileList, ClusterError> {
        let path = format!("{}/list", log_path(key));
        self.read_plain(&path).await
    }

    /// A part of a log file; `length` in bytes (contract 2.4).
    pub async fn log_read(
        &self,
        key: &TaskKey,
        file: &str,
        offset: i64,
        length: Option<u64>,
    ) -> Result<LogChunk, ClusterError> {
        let mut path = format!("{}/read/{}?offset={offset}", log_path(key), path_part(file));
        if let Some(length) = length {
            path.push_str(&format!("&length={length}"));
        }
        self.read_plain(&path).await
    }

    /// Whether the role suffices to POST to `path`, where a body of nothing but `{` is refused as invalid, if not for the
    /// lack of a role (contract 1.2, order of checks, and 7).
    pub async fn is_let_in(&self, path: &str) -> Result<bool, ClusterError> {
        let mut request = self.request(Method::POST, path, Body::from("{"))?;
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match self.send(request).await?.status() {
            StatusCode::BAD_REQUEST => Ok(true),
            // Drove itself fails over users without a role.
            StatusCode::FORBIDDEN | StatusCode::INTERNAL_SERVER_ERROR => Ok(false),
            StatusCode::UNAUTHORIZED => Err(ClusterError::Unauthorized { status: 401, words: String::new() }),
            status => Err(ClusterError::BadReply { status: status.as_u16(), detail: format!("to a probe of {path}") }),
        }
    }

    /// Whether the role suffices to read logs: asks for those of a task that cannot exist.
    pub async fn may_read_logs(&self) -> Result<bool, ClusterError> {
        match self.log_files(&TaskKey::new("-", "-")).await {
            Ok(_) | Err(ClusterError::NotFound(_)) => Ok(true),
            Err(ClusterError::Unauthorized { .. } | ClusterError::Refused { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A whole log file as the executor streams it; the status is 200.
    pub async fn log_download(&self, key: &TaskKey, file: &str) -> Result<Response<Body>, ClusterError> {
        let path = format!("{}/download/{}", log_path(key), path_part(file));
        let mut request = self.request(Method::GET, &path, Body::empty())?;
        // The one route that gives no JSON: Drove answers 406 to a client that asks for that.
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        let response = self.send(request).await?;
        match response.status() {
            StatusCode::OK => Ok(response),
            StatusCode::INTERNAL_SERVER_ERROR => Err(ClusterError::NotFound(format!(
                "the executor of {key} did not give its file {file}: it may have been rotated away, or be out of reach"
            ))),
            _ => Err(answer::failure(response).await),
        }
    }

    async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClusterError> {
        in_time(path, async { answer::data(self.get(path).await?, LARGEST_RECORD).await }).await
    }

    /// As [`Self::read`]; entries that cannot be read are left out.
    async fn read_leniently<T, L>(&self, path: &str) -> Result<T, ClusterError>
    where
        L: DeserializeOwned + Into<T>,
    {
        in_time(path, async { answer::data::<L>(self.get(path).await?, LARGEST_LIST).await.map(Into::into) }).await
    }

    /// As [`Self::read`], for answers without envelope.
    async fn read_plain<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClusterError> {
        in_time(path, async { answer::plain(self.get(path).await?).await }).await
    }

    async fn get(&self, path: &str) -> Result<Response<Body>, ClusterError> {
        self.send(self.request(Method::GET, path, Body::empty())?).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Response<Body>, ClusterError> {
        self.send(self.request(Method::POST, path, Body::from(body.to_string()))?).await
    }

    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, ClusterError> {
        Ok(self.upstream.call(request).await?)
    }

    fn request(&self, method: Method, path: &str, body: Body) -> Result<Request<Body>, ClusterError> {
        let mut builder =
            Request::builder().method(method.clone()).uri(path).header(header::ACCEPT, "application/json");
        if method == Method::POST {
            builder = builder.header(header::CONTENT_TYPE, "application/json");
        }
        if let Identity::Authorization(value) = &self.identity {
            builder = builder.header(header::AUTHORIZATION, value);
        }
        let mut request = builder.body(body).map_err(|fault| ClusterError::BadRequest(format!("{path}: {fault}")))?;
        if let Identity::InProcess(extensions) = &self.identity {
            request.extensions_mut().extend(extensions.clone());
        }
        if let Some(sent_for) = &self.sent_for {
            request.extensions_mut().insert(sent_for.clone());
        }
        if self.own {
            request.extensions_mut().insert(OwnAccord);
        }
        Ok(request)
    }
}

impl From<UpstreamError> for ClusterError {
    fn from(error: UpstreamError) -> Self {
        match error {
            UpstreamError::NoLeader => ClusterError::NoLeader,
            UpstreamError::NotSent(reason) => ClusterError::Unreachable(reason),
            UpstreamError::Busy(others) => ClusterError::Busy(others),
            UpstreamError::AnswerLost(reason) => ClusterError::Timeout(reason),
        }
    }
}

/// A read, the whole answer included, within [`READ_TIMEOUT`].
async fn in_time<T>(path: &str, read: impl Future<Output = Result<T, ClusterError>>) -> Result<T, ClusterError> {
    let late = || ClusterError::Timeout(format!("no answer to GET {path} within {} s", READ_TIMEOUT.as_secs()));
    tokio::time::timeout(READ_TIMEOUT, read).await.unwrap_or_else(|_| Err(late()))
}

/// A look-up that finds nothing is an answer.
fn known<T>(answer: Result<T, ClusterError>) -> Result<Option<T>, ClusterError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(ClusterError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn log_path(key: &TaskKey) -> String {
    format!("/apis/v1/logfiles/tasks/{}/{}", path_part(key.app.as_str()), path_part(key.id.as_str()))
}

/// One path segment, percent-encoded: names come from users and must not reach another route.
fn path_part(name: &str) -> String {
    let mut part = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') || (byte == b'.' && name.len() > 2) {
            part.push(char::from(byte));
        } else {
            part.push_str(&format!("%{byte:02X}"));
        }
    }
    part
}

#[cfg(test)]
mod tests;
