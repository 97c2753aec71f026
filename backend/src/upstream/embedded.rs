//! The embedded core as an upstream: the router of [`crate::drove_api`], called in process.

use super::{Change, Changes, Upstream, UpstreamError};
use axum::{Router, body::Body};
use futures_util::StreamExt;
use http::Request;
use std::convert::Infallible;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tower::ServiceExt;

/// Wraps `router`, which answers `/apis/**`, and the hints that `subscribe` yields, one batch for each message;
/// `translate` turns a batch into changes.
pub fn upstream<H>(
    router: Router,
    subscribe: impl Fn() -> broadcast::Receiver<H> + Send + Sync + 'static,
    translate: fn(H) -> Vec<Change>,
) -> Upstream
where
    H: Clone + Send + 'static,
{
    let service = tower::service_fn(move |request: Request<Body>| {
        let router = router.clone();
        async move { router.oneshot(request).await.map_err(|never: Infallible| -> UpstreamError { match never {} }) }
    });
    Upstream::new(service, move || -> Changes {
        // A receiver that lags has lost hints, which is a reason to read everything, not an end of the stream.
        let batches = BroadcastStream::new(subscribe());
        Box::pin(batches.map(move |batch| batch.map_or_else(|_lagged| vec![Change::Missed], translate)))
    })
}
