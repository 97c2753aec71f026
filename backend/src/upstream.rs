//! The seam: an HTTP service that speaks Drove's API, and hints at what changed.
//!
//! Nothing above it knows whether a real leader or the embedded core answers. It forwards requests as they came; what
//! they mean is not looked at here ([`crate::drove_client`] reads answers, [`crate::operations`] records operations).

pub mod connections;
pub mod embedded;
pub mod endpoint;
pub mod leader;
mod server_clock;
mod traffic;
pub mod trust;

pub use server_clock::ServerClock;
pub use traffic::Traffic;

use axum::body::Body;
use futures_util::Stream;
use http::{Method, Request, Response};
use model::TaskKey;
use std::{pin::Pin, sync::Arc};
use tower::{Service, ServiceExt};

/// A cluster as seen through its HTTP API. Cheap to clone.
#[derive(Clone)]
pub struct Upstream {
    service: Arc<dyn Fn(Request<Body>) -> Answer + Send + Sync>,
    changes: Arc<dyn Fn() -> Changes + Send + Sync>,
    traffic: Arc<Traffic>,
    clock: Arc<ServerClock>,
}

/// Hints, in batches. Never facts: what they point at must be read through the API before it is recorded.
pub type Changes = Pin<Box<dyn Stream<Item = Vec<Change>> + Send>>;

/// An answer that is waited for.
type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, UpstreamError>> + Send>>;

/// Something may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The record of this task.
    Touched(TaskKey),
    /// Placing this task was given up: nothing will ever be reported for its last CREATE (embedded core only).
    AttemptsEnded(TaskKey),
    /// Hints were lost; anything may have changed.
    Missed,
    /// Another controller leads, by its configured `host:port`, or none does (real clusters only). Its events begin anew.
    Leader(Option<String>),
}

/// Extension of a request: the task it is about. An upstream that cannot tell by itself hints at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concerns(pub TaskKey);

/// Extension of a request whose body is in memory already, whatever its size: keeping it costs nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InMemory;

/// Extension of a request that this process makes of its own accord: it needs no place among those of clients
/// ([`leader::CLIENTS`]). Such requests are few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnAccord;

/// Whether a request changes nothing (contract 2.1).
pub fn is_read(method: &Method, path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    method.is_safe() || matches!(path, "/apis/v1/tasks/validate/spec" | "/apis/v1/tasks/search")
}

/// Why there is no answer. It decides whether an operation may be sent again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// No controller leads at present; nothing was sent.
    #[error("the cluster has no leader at present; try again in a few seconds")]
    NoLeader,
    /// It certainly never arrived, for instance because the connection was refused.
    #[error("nothing was sent, because the leader cannot be reached ({0}); try again in a few seconds")]
    NotSent(String),
    /// So many other requests wait for the leader's answers; nothing was sent.
    #[error("nothing was sent, because {0} other requests wait for the cluster's answers; try again in a few seconds")]
    Busy(usize),
    /// It may have been carried out: the answer is what was lost.
    #[error("the answer of the cluster was lost ({0})")]
    AnswerLost(String),
}

impl Upstream {
    /// Puts an HTTP service and its source of hints behind the seam; `changes` is called once for each listener.
    pub fn new<S>(service: S, changes: impl Fn() -> Changes + Send + Sync + 'static) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = UpstreamError> + Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
    {
        let service = move |request| -> Answer { Box::pin(service.clone().oneshot(request)) };
        Self { service: Arc::new(service), changes: Arc::new(changes), traffic: Arc::default(), clock: Arc::default() }
    }

    /// Sets the leader's clock.
    pub fn dated_by(self, clock: Arc<ServerClock>) -> Self {
        Self { clock, ..self }
    }

    /// Sends one request, once.
    pub async fn call(&self, request: Request<Body>) -> Result<Response<Body>, UpstreamError> {
        let call = self.traffic.clone().begin();
        let answer = (self.service)(request).await;
        call.ended(&answer);
        answer
    }

    /// How often it was called.
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// The clock of its leader; that of an embedded core never differs.
    pub fn clock(&self) -> &ServerClock {
        &self.clock
    }

    /// Hints from now on.
    pub fn changes(&self) -> Changes {
        (self.changes)()
    }
}

impl std::fmt::Debug for Upstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Upstream")
    }
}
