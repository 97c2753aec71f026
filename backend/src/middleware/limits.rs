//! Limits of size and time: a body that says it is larger is refused at once, one that turns out larger when it is read, and
//! an answer must begin some time.

use super::cluster::within;
use crate::{
    error::ApiError,
    extract::{LARGEST_OWN_REQUEST, LARGEST_REQUEST},
};
use axum::{body::Body, extract::Request, response::Response};
use http::header;
use http_body::Body as _;
use http_body_util::Limited;
use std::time::Duration;

/// Longest time until an answer begins. Blacklisting takes a minute (contract 2.6); streams begin at once.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);

/// Readers of a body learn of the limit through [`crate::extract::read_body`].
///
/// # Errors
/// [`ApiError::TooLarge`] for a body that says so.
pub fn check(request: &mut Request) -> Result<(), ApiError> {
    let said =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let largest = largest(request.uri().path());
    if said.is_some_and(|length| length > largest) {
        return Err(ApiError::TooLarge);
    }
    if !request.body().is_end_stream() {
        let body = std::mem::take(request.body_mut());
        *request.body_mut() = Body::new(Limited::new(body, largest));
    }
    Ok(())
}

/// Largest body of a request for a path, in bytes.
fn largest(path: &str) -> usize {
    match within(path) {
        "/api/placement/preview" => LARGEST_REQUEST,
        path if path.starts_with("/api/") => LARGEST_OWN_REQUEST,
        _ => LARGEST_REQUEST,
    }
}

/// Waits until an answer begins.
///
/// # Errors
/// [`ApiError::Timeout`].
pub async fn in_time(answer: impl Future<Output = Response>) -> Result<Response, ApiError> {
    let in_time = tokio::time::timeout(ANSWER_TIMEOUT, answer).await;
    in_time.map_err(|_| ApiError::Timeout(format!("there was no answer within {} s", ANSWER_TIMEOUT.as_secs())))
}
