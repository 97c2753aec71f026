//! Answers of our own API, compressed for those who can read it, live streams too. Drove's API compresses as Drove does.

use crate::compression::{streamed, takes_gzip, whole};
use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderValue, Method, header};

/// Kinds of answers whose length nobody knows when they begin.
const STREAMS: [&str; 3] = ["text/event-stream", "text/csv", "application/x-ndjson"];

/// For the routes below `/api`.
pub async fn compress(request: Request, next: Next) -> Response {
    let wanted = request.method() != Method::HEAD && takes_gzip(request.headers());
    let mut response = next.run(request).await;
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if !wanted {
        return response;
    }
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if STREAMS.iter().any(|stream| kind.starts_with(stream)) { streamed(response) } else { whole(response).await }
}
