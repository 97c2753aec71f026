//! Limits of size and time: a body that says it is larger is refused at once, one that turns out larger when it is read, and
//! an answer must begin some time.

use crate::{
    error::{ApiError, refusal},
    extract::LARGEST_REQUEST,
};
use axum::{body::Body, extract::Request, response::Response};
use http::header;
use http_body::Body as _;
use http_body_util::Limited;
use std::time::Duration;

/// Longest time until an answer begins. Blacklisting takes a minute (contract 2.6); streams begin at once.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);

/// Readers of a body learn of the limit through [`crate::extract::read_body`].
pub async fn limit<F: Future<Output = Response>>(request: Request, next: impl FnOnce(Request) -> F) -> Response {
    let uri = request.uri().clone();
    let said =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|length| length > LARGEST_REQUEST) {
        return refusal(uri.path(), ApiError::TooLarge);
    }
    let limited = |body: Body| match body.is_end_stream() {
        true => body,
        false => Body::new(Limited::new(body, LARGEST_REQUEST)),
    };
    let request = request.map(limited);
    match tokio::time::timeout(ANSWER_TIMEOUT, next(request)).await {
        Ok(response) => response,
        Err(_) => {
            refusal(uri.path(), ApiError::Timeout(format!("there was no answer within {} s", ANSWER_TIMEOUT.as_secs())))
        }
    }
}
