//! The HTTP server: accept, limit, serve, and let go in good order.
//!
//! Connections are served by threads of their own, each with its own reactor and, towards a leader, its own connections
//! ([`crate::upstream::trust`]): what is forwarded never wakes another thread, and what one thread allocated no other frees.

mod activity;
mod descriptors;
mod progress;
mod table;

use super::stopping::LAST_ANSWERS;
use crate::{peer::Peer, router::Site};
use activity::{Activity, RequestBody, ResponseBody};
use axum::body::Body;
use futures_util::FutureExt;
use http::Request;
use http_body::Body as _;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use progress::Progress;
use std::{convert::Infallible, io, sync::Arc, thread, time::Duration};
use table::{Seat, Table};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime,
    sync::{mpsc, watch},
    time::Instant,
};

/// Threads that serve connections, at most: each keeps connections to the leader, and memory.
const THREADS: usize = 8;
/// Time for the head of a request to come, and longest silence between two requests of a connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Largest head of a request, in bytes.
const LARGEST_HEAD: usize = 64 << 10;
/// Pause after the system refused a connection because a limit was reached.
const REFUSED_PAUSE: Duration = Duration::from_millis(50);
/// How often refused connections are logged.
const REFUSALS_LOGGED_EVERY: Duration = Duration::from_secs(60);

/// A connection on its way to the thread that serves it.
struct Accepted {
    stream: std::net::TcpStream,
    peer: Peer,
    seat: Seat,
}

/// The threads that serve connections, one for each core up to [`THREADS`]. They end with the process: what their reactors drive, connections
/// to a database for instance, may be used by others until then.
pub(super) struct Threads(Vec<mpsc::UnboundedSender<Accepted>>);

impl Threads {
    /// Starts them; they answer by `site`, and end streams once `stopping` turns true.
    ///
    /// # Errors
    /// The system has no more threads.
    pub(super) fn start(site: &Site, stopping: &watch::Receiver<bool>) -> io::Result<Self> {
        let count = thread::available_parallelism().map_or(1, usize::from).min(THREADS);
        let started = (0..count).map(|number| start_thread(number, site.clone(), stopping.clone()));
        started.collect::<io::Result<_>>().map(Self)
    }
}

fn start_thread(
    number: usize,
    site: Site,
    stopping: watch::Receiver<bool>,
) -> io::Result<mpsc::UnboundedSender<Accepted>> {
    let (sender, mut inbox) = mpsc::unbounded_channel::<Accepted>();
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let work = async move {
        while let Some(Accepted { stream, peer, seat }) = inbox.recv().await {
            match TcpStream::from_std(stream) {
                Ok(stream) => drop(tokio::spawn(connection(stream, peer, site.clone(), stopping.clone(), seat))),
                Err(error) => tracing::warn!(%error, "a connection could not be served"),
            }
        }
        std::future::pending::<()>().await;
    };
    thread::Builder::new().name(format!("serve-{number}")).spawn(move || runtime.block_on(work))?;
    Ok(sender)
}

/// Most requests have no body, which needs no place on the heap.
fn body_of(body: Incoming, activity: &Arc<Activity>) -> Body {
    if body.is_end_stream() { Body::empty() } else { Body::new(RequestBody::new(body, activity.clone())) }
}

/// Lets `threads` serve what comes to `listener` until `stopping` turns true, and then at most a few seconds more.
pub(super) async fn serve(listener: TcpListener, threads: Threads, mut stopping: watch::Receiver<bool>) {
    let table = Arc::new(Table::new(descriptors::for_connections()));
    let mut turns = threads.0.iter().cycle();
    let mut refusals = Refusals::default();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &table) => accepted,
            () = told_to_stop(&mut stopping) => break,
        };
        match accepted {
            Ok(accepted) => {
                if let Some(thread) = turns.next() {
                    // A thread that panicked takes no more: the next one is asked the next time.
                    drop(thread.send(accepted));
                }
            }
            Err(error) => {
                refusals.count(&error);
                if descriptors::is_limit(&error) {
                    table.close_one();
                    tokio::time::sleep(REFUSED_PAUSE).await;
                }
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(LAST_ANSWERS, table.emptied()).await.is_err() {
        tracing::warn!("answers still on their way after {} s were broken off", LAST_ANSWERS.as_secs());
    }
}

async fn accept(listener: &TcpListener, table: &Arc<Table>) -> io::Result<Accepted> {
    let (stream, peer) = listener.accept().await?;
    Ok(Accepted { stream: stream.into_std()?, peer: Peer(peer), seat: table.admit(peer.ip()) })
}

/// Connections that could not be accepted, for the log.
#[derive(Default)]
struct Refusals {
    unlogged: u64,
    logged_at: Option<Instant>,
}

impl Refusals {
    fn count(&mut self, error: &io::Error) {
        self.unlogged += 1;
        if self.logged_at.is_none_or(|at| at.elapsed() >= REFUSALS_LOGGED_EVERY) {
            tracing::warn!(%error, connections = self.unlogged, "connections could not be accepted");
            *self = Self { unlogged: 0, logged_at: Some(Instant::now()) };
        }
    }
}

async fn connection(stream: TcpStream, peer: Peer, site: Site, mut stopping: watch::Receiver<bool>, seat: Seat) {
    // Small frames of live streams must not wait for others.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let activity = &seat.activity;
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        activity.begin_request();
        // Mapped, not awaited in a block: that would hold the future twice.
        let answer = site.answer(request.map(|body| body_of(body, activity)));
        answer.map(|answer| Ok::<_, Infallible>(answer.map(|body| ResponseBody::new(body, activity.clone()))))
    });
    let mut serving = std::pin::pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(LARGEST_HEAD)
            .serve_connection(TokioIo::new(Progress::new(stream, activity.clone())), service)
    );
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = activity.closed() => return,
        () = told_to_stop(&mut stopping) => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

async fn told_to_stop(stopping: &mut watch::Receiver<bool>) {
    // Whoever would tell is gone: the process is ending.
    drop(stopping.wait_for(|stopping| *stopping).await);
}
