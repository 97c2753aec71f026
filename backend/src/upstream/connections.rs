//! Connections to controllers: made when they are needed, kept alive, and each thread's own.
//!
//! A request and the connection it takes are one thread's business: nothing is locked that another thread holds, and no other
//! thread is woken. What is read of an answer belongs to its connection, which is free for the next request once the answer
//! has ended ([`AnswerBody`]).

mod answer_body;
mod patient;

pub use answer_body::AnswerBody;
pub use patient::Patient;

use super::endpoint::Endpoint;
use axum::{BoxError, body::Body};
use http::{Request, Response};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use thread_local::ThreadLocal;
use tokio::time::{Instant, timeout};
use tower::ServiceExt;

/// Idle connections kept to each controller by each thread.
const IDLE_CONNECTIONS: usize = 64;
/// An idle connection is used no more after this long: well before the controller closes it (30 s, Dropwizard's default),
/// since a request that meets a closing connection is one whose outcome is unknown.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(15);

/// Longest time in which a connection is made, with all that TLS and names take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest wait for an idle connection to be ready.
const READY_PATIENCE: Duration = Duration::from_millis(20);

/// Makes connections; without TLS where an address asks for none.
pub type Connector = HttpsConnector<HttpConnector>;

/// The connections to the controllers of one cluster. Clones share them.
#[derive(Clone)]
pub struct Connections(Arc<Shared>);

struct Shared {
    controllers: Vec<Endpoint>,
    connector: Connector,
    of_threads: ThreadLocal<Arc<Idle>>,
}

/// Those that wait for a request, by controller; the last one came last.
struct Idle(Vec<Mutex<VecDeque<Waiting>>>);

struct Waiting {
    sender: SendRequest<Body>,
    since: Instant,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No connection could be had: nothing was sent.
    #[error("there is no connection")]
    Unsent(#[source] BoxError),
    /// The connection failed while it was used: the request may have arrived.
    #[error("the connection failed")]
    Lost(#[source] hyper::Error),
}

/// It took too long.
#[derive(Debug, thiserror::Error)]
#[error("no connection was made within {} s", CONNECT_TIMEOUT.as_secs())]
struct NotConnected;

impl Connections {
    /// Connections to `controllers`, made by `connector`.
    pub fn new(controllers: Vec<Endpoint>, connector: Connector) -> Self {
        Self(Arc::new(Shared { controllers, connector, of_threads: ThreadLocal::new() }))
    }

    /// The controllers, as configured.
    pub fn controllers(&self) -> &[Endpoint] {
        &self.0.controllers
    }

    /// Sends one request, once, to the controller of that number; its URI needs no more than a path.
    ///
    /// # Errors
    /// Whatever [`Failure`] lists.
    pub async fn send(&self, controller: usize, mut request: Request<Body>) -> Result<Response<AnswerBody>, Failure> {
        let idle = self.0.of_threads.get_or(|| Arc::new(Idle::new(self.0.controllers.len())));
        loop {
            let waiting = idle.take(controller);
            let is_reused = waiting.is_some();
            let mut sender = match waiting {
                Some(mut sender) => {
                    // Boxed, so that other requests do not carry the place for it.
                    if !sender.is_ready() && !Box::pin(is_ready_soon(&mut sender)).await {
                        continue;
                    }
                    sender
                }
                None => Box::pin(self.connect(controller)).await.map_err(Failure::Unsent)?,
            };
            match sender.try_send_request(request).await {
                Ok(response) => {
                    let lent = Lent { sender, controller, idle: idle.clone() };
                    return Ok(response.map(|body| AnswerBody::new(body, lent)));
                }
                Err(mut error) => match error.take_message() {
                    // It had been closed, and nothing of the request was written.
                    Some(unsent) if is_reused => request = unsent,
                    Some(_) => return Err(Failure::Unsent(error.into_error().into())),
                    None => return Err(Failure::Lost(error.into_error())),
                },
            }
        }
    }

    /// A connection that is ready for its first request.
    async fn connect(&self, controller: usize) -> Result<SendRequest<Body>, BoxError> {
        let address = self.0.controllers[controller].address();
        let made = timeout(CONNECT_TIMEOUT, self.0.connector.clone().oneshot(address.clone()));
        let stream = made.await.map_err(|_| NotConnected)??;
        let (mut sender, connection) = http1::handshake(stream).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to a controller broke off");
            }
        });
        sender.ready().await?;
        Ok(sender)
    }
}

/// Whether an idle connection can be used at once. Its own task may not have run since its last answer ended; or else the
/// controller answered before it had read the whole request, which is nothing to wait for.
async fn is_ready_soon(sender: &mut SendRequest<Body>) -> bool {
    matches!(timeout(READY_PATIENCE, sender.ready()).await, Ok(Ok(())))
}

impl Idle {
    fn new(controllers: usize) -> Self {
        Self((0..controllers).map(|_| Mutex::default()).collect())
    }

    /// One that can be used, the youngest first.
    fn take(&self, controller: usize) -> Option<SendRequest<Body>> {
        let mut waiting = self.lock(controller);
        while let Some(Waiting { sender, since }) = waiting.pop_back() {
            if since.elapsed() >= IDLE_TIMEOUT {
                // The others have waited longer.
                waiting.clear();
                return None;
            }
            if !sender.is_closed() {
                return Some(sender);
            }
        }
        None
    }

    fn give_back(&self, controller: usize, sender: SendRequest<Body>) {
        let since = Instant::now();
        let mut waiting = self.lock(controller);
        while waiting.front().is_some_and(|oldest| since - oldest.since >= IDLE_TIMEOUT) {
            waiting.pop_front();
        }
        if waiting.len() < IDLE_CONNECTIONS && !sender.is_closed() {
            waiting.push_back(Waiting { sender, since });
        }
    }

    fn lock(&self, controller: usize) -> MutexGuard<'_, VecDeque<Waiting>> {
        // Nothing that holds the lock leaves the list half changed.
        self.0[controller].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection while an answer is read from it.
struct Lent {
    sender: SendRequest<Body>,
    controller: usize,
    idle: Arc<Idle>,
}

impl Lent {
    /// Its answer has ended.
    fn give_back(self) {
        self.idle.give_back(self.controller, self.sender);
    }
}

#[cfg(test)]
mod tests;
