//! Answers of our own API, compressed for those who can read it, live streams too. Drove's API compresses as Drove does.

use crate::compression::{streamed, takes_gzip, whole};
use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderValue, Method, header};

/// For the routes below `/api`.
pub async fn compress(request: Request, next: Next) -> Response {
    let wanted = request.method() != Method::HEAD && takes_gzip(request.headers());
    let mut response = next.run(request).await;
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if !wanted {
        return response;
    }
    let kind = response.headers().get(header::CONTENT_TYPE);
    if kind.is_some_and(|kind| kind == "text/event-stream") { streamed(response) } else { whole(response).await }
}
