//! Compression of answers: GET only, gzip only, from 256 bytes on (contract 1.2, HTTP compression).

use super::negotiate;
use axum::{body::Body, response::Response};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::BodyExt;
use std::io::Write;

const SMALLEST: usize = 256;
/// Answers of this size take a while, and are compressed where nobody waits for the thread.
const LONG: usize = 64 << 10;

/// Marks a successful answer to GET as depending on `Accept-Encoding`, and compresses it if that pays and is wanted.
pub(super) async fn compress(asked: &HeaderMap, mut response: Response) -> Response {
    if response.status() != StatusCode::OK {
        return response;
    }
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    let Some(length) = exact_length(&response) else { return response };
    if length < SMALLEST || !negotiate::takes_gzip(asked) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // The body is in memory already: its length is known.
    let Ok(plain) = body.collect().await.map(|body| body.to_bytes()) else {
        return Response::from_parts(parts, Body::empty());
    };
    let compressed = if plain.len() < LONG {
        deflate(&plain).ok()
    } else {
        let plain = plain.clone();
        tokio::task::spawn_blocking(move || deflate(&plain)).await.ok().and_then(Result::ok)
    };
    // Whatever went wrong, the plain answer is right.
    let Some(compressed) = compressed else { return Response::from_parts(parts, Body::from(plain)) };
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Response::from_parts(parts, Body::from(compressed))
}

fn exact_length(response: &Response) -> Option<usize> {
    use axum::body::HttpBody;
    usize::try_from(response.body().size_hint().exact()?).ok()
}

fn deflate(plain: &[u8]) -> std::io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::fast());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?.into())
}
