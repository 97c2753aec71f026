//! Compression of answers: GET only, gzip only, from 256 bytes on (contract 1.2, HTTP compression).

use crate::compression::{takes_gzip, whole};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// Marks a successful answer to GET as depending on `Accept-Encoding`, and compresses it if that pays and is wanted.
pub(super) async fn compress(asked: &HeaderMap, mut response: Response) -> Response {
    if response.status() != StatusCode::OK {
        return response;
    }
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if takes_gzip(asked) { whole(response).await } else { response }
}
