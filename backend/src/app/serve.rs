//! The HTTP server: accept, limit, serve, and let go in good order.

use axum::{Router, body::Body};
use http::Request;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};
use tower::ServiceExt;

/// Connections at a time; further ones wait to be accepted.
const CONNECTIONS: u32 = 4096;
/// Time for the head of a request to come, and longest silence between two requests of a connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Largest head of a request, in bytes.
const LARGEST_HEAD: usize = 64 << 10;
/// Time that answers on their way get when the process stops.
const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// Pause after the system refused a connection: it is out of something.
const REFUSED_PAUSE: Duration = Duration::from_millis(50);

/// The other end of a request's connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Serves `router` until `stopping` turns true, and then at most a few seconds more.
pub(super) async fn serve(listener: TcpListener, router: Router, mut stopping: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS as usize));
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = told_to_stop(&mut stopping) => break,
        };
        if let Some((stream, peer, place)) = accepted {
            tokio::spawn(connection(stream, peer, router.clone(), stopping.clone(), place));
        }
    }
    drop(listener);
    // Every connection has given back its place once all can be had.
    if tokio::time::timeout(LAST_ANSWERS, places.acquire_many(CONNECTIONS)).await.is_err() {
        tracing::warn!("answers still on their way after {} s were broken off", LAST_ANSWERS.as_secs());
    }
}

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<(TcpStream, Peer, OwnedSemaphorePermit)> {
    // The semaphore is never closed.
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, Peer(peer), place)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(REFUSED_PAUSE).await;
            None
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: Peer,
    router: Router,
    mut stopping: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
) {
    // Small frames of live streams must not wait for others.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let service = router.map_request(move |mut request: Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(peer);
        request.map(Body::new)
    });
    let mut serving = std::pin::pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(LARGEST_HEAD)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
    );
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
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
