//! One id and one log line for each request; a panic ends the request, not the process.

use crate::error::{ApiError, refusal};
use axum::{extract::Request, response::Response};
use futures_util::FutureExt;
use http::{HeaderName, HeaderValue};
use std::{
    panic::AssertUnwindSafe,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};
use tracing::Instrument;

/// Names the request in the answer and in the log.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Never logs queries, headers or bodies: they hold credentials and specs.
///
/// What changes nothing has its context in the log only where that is detailed: writing it costs as much as forwarding.
pub async fn trace<F: Future<Output = Response>>(request: Request, next: impl FnOnce(Request) -> F) -> Response {
    let id = next_id();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let span = match method.is_safe() {
        true => tracing::debug_span!("request", id, %method, path = uri.path()),
        false => tracing::info_span!("request", id, %method, path = uri.path()),
    };
    let began = crate::clock::monotonic();
    let answered = AssertUnwindSafe(next(request)).catch_unwind().instrument(span.clone()).await;
    let (mut response, panic) = match answered {
        Ok(response) => (response, None),
        Err(panic) => (refusal(uri.path(), ApiError::Internal), Some(panic)),
    };
    let failed = response.status().is_server_error();
    let span = match failed && span.is_disabled() {
        true => tracing::error_span!("request", id, %method, path = uri.path()),
        false => span,
    };
    let (status, millis) = (response.status().as_u16(), began.elapsed().as_millis());
    span.in_scope(|| {
        if let Some(panic) = panic {
            tracing::error!(panic = panic_text(panic.as_ref()), "a handler panicked");
        }
        match failed {
            true => tracing::warn!(status, millis, "answered"),
            false => tracing::debug!(status, millis, "answered"),
        }
    });
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// A text that no other request of this process, and hardly one of another, has. It names and protects nothing.
fn next_id() -> String {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| uuid::Uuid::new_v4().as_u64_pair().0);
    static LAST: AtomicU64 = AtomicU64::new(0);
    format!("{:016x}{:08x}", *PROCESS, LAST.fetch_add(1, Ordering::Relaxed))
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}
