//! A limit on request bodies: one that says it is larger is refused at once, one that turns out larger when it is read.

use crate::{
    error::{ApiError, refusal},
    extract::LARGEST_REQUEST,
};
use axum::{body::Body, extract::Request, middleware::Next, response::Response};
use http::header;
use http_body_util::Limited;

/// Readers of a body learn of the limit through [`crate::extract::read_body`].
pub async fn limit_body(request: Request, next: Next) -> Response {
    let length =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > LARGEST_REQUEST) {
        return refusal(request.uri().path(), ApiError::TooLarge);
    }
    next.run(request.map(|body| Body::new(Limited::new(body, LARGEST_REQUEST)))).await
}
