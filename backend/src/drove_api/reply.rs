//! Answers that are not refusals, and the one function that writes JSON.

use axum::{body::Body, response::Response};
use http::{HeaderValue, StatusCode, header};
use model::ApiResponse;
use serde::Serialize;

/// 200 with data in the envelope.
pub(super) fn success<T: Serialize>(data: T) -> Response {
    envelope(StatusCode::OK, &ApiResponse::success(data))
}

/// 200 with an envelope that has nothing to tell.
pub(super) fn done() -> Response {
    envelope(StatusCode::OK, &ApiResponse::<()>::done())
}

/// An envelope with any status.
pub(super) fn envelope<T: Serialize>(status: StatusCode, envelope: &ApiResponse<T>) -> Response {
    raw_json(status, envelope)
}

/// JSON without an envelope, as the log calls answer.
pub(super) fn raw_json(status: StatusCode, value: &impl Serialize) -> Response {
    // Nothing that is answered has maps with other keys than text, the one thing JSON cannot write.
    let body = serde_json::to_vec(value).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// 204: a log of a task that nobody knows.
pub(super) fn nothing() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// 303 to a page on the host that the request named, as Drove's search form answers.
pub(super) fn see_other(location: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(value) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}
