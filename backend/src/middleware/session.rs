//! Who asks becomes a [`Caller`](crate::session::caller::Caller) among the request's extensions.

use crate::{
    app::Cluster,
    clock,
    error::{is_drove_path, refusal},
    peer::{SentFor, peer_of},
    session::gate::{Asked, Entered},
};
use axum::{extract::Request, response::Response};
use http::{Method, header};
use std::{sync::Arc, time::Duration};

/// An answer that took longer renews no session: the browser's user may have signed out since, and another one in.
const TOO_LATE: Duration = Duration::from_secs(2);

/// Requests of nobody pass: what they may do is for handlers to say. Pages and files are everybody's.
pub async fn identify<F: Future<Output = Response>>(
    cluster: Arc<Cluster>,
    mut request: Request,
    next: impl FnOnce(Arc<Cluster>, Request) -> F,
) -> Response {
    let path = request.uri().path();
    if !is_drove_path(path) && !path.starts_with("/api/") {
        return next(cluster, request).await;
    }
    let asked_at = clock::monotonic();
    let peer = peer_of(request.extensions());
    let asked = Asked { method: request.method(), path, headers: request.headers(), peer };
    let Entered { caller, unverified, cookies, attempt } = match cluster.gate.enter(&asked).await {
        Ok(entered) => entered,
        Err(error) => return refusal(path, error),
    };
    if let Some(caller) = caller {
        if let Some(name) = caller.proven_name() {
            request.extensions_mut().insert(SentFor(name.to_owned()));
        }
        request.extensions_mut().insert(caller);
    }
    if let Some(unverified) = unverified {
        request.extensions_mut().insert(unverified);
    }
    // Drove answers OPTIONS whatever the credentials.
    let proves = request.method() != Method::OPTIONS;
    let mut response = next(cluster, request).await;
    if let Some(attempt) = attempt {
        attempt.answered(response.status(), proves);
    }
    // A handler that signs in or out knows better.
    if !response.headers().contains_key(header::SET_COOKIE) && asked_at.elapsed() < TOO_LATE {
        response.headers_mut().extend(cookies);
    }
    response
}
