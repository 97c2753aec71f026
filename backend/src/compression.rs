//! gzip of answers: whole ones, and streams of which each piece arrives at once.

use axum::{
    body::{Body, BodyDataStream, HttpBody},
    response::Response,
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use futures_util::{Stream, StreamExt};
use http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt;
use std::io::{self, Write};

/// Shorter bodies do not get shorter.
const SMALLEST: usize = 256;
/// Bodies of this size take a while, and are compressed where nobody waits for the thread.
const LONG: usize = 64 << 10;

/// Whether the client can read gzip.
pub fn takes_gzip(headers: &HeaderMap) -> bool {
    let encodings = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    encodings.split(',').any(|encoding| {
        let mut parts = encoding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        is_gzip && !parts.any(|param| matches!(param, "q=0" | "q=0.0"))
    })
}

/// Compresses an answer whose length is known, if that pays.
pub async fn whole(response: Response) -> Response {
    let length = response.body().size_hint().exact().and_then(|length| usize::try_from(length).ok());
    if length.is_none_or(|length| length < SMALLEST) {
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
    parts.headers.insert(header::CONTENT_ENCODING, GZIP);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(compressed))
}

/// Compresses a stream: whoever reads has each piece in whole as soon as it was given, as [`whole`] could not promise.
pub fn streamed(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    parts.headers.insert(header::CONTENT_ENCODING, GZIP);
    Response::from_parts(parts, Body::from_stream(flushed(body.into_data_stream())))
}

const GZIP: HeaderValue = HeaderValue::from_static("gzip");

fn deflate(plain: &[u8]) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::fast());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?.into())
}

fn flushed(mut pieces: BodyDataStream) -> impl Stream<Item = io::Result<Bytes>> + Send {
    async_stream::try_stream! {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        while let Some(piece) = pieces.next().await {
            encoder.write_all(&piece.map_err(io::Error::other)?)?;
            // Ends the block: all that was written so far can be read.
            encoder.flush()?;
            yield Bytes::from(std::mem::take(encoder.get_mut()));
        }
        yield Bytes::from(encoder.finish()?);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn gzip_is_given_only_to_those_who_ask() {
        let asks = |encodings| takes_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, encodings)]));
        assert!(asks(HeaderValue::from_static("deflate, gzip;q=0.5")));
        assert!(!asks(HeaderValue::from_static("deflate")));
        assert!(!asks(HeaderValue::from_static("gzip; q=0")));
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn what_is_short_stays_as_it_is() {
        let answer = whole(Response::new(Body::from("short"))).await;
        assert!(!answer.headers().contains_key(header::CONTENT_ENCODING));
        let answer = whole(Response::new(Body::from("long ".repeat(1_000)))).await;
        assert_eq!(answer.headers()[header::CONTENT_ENCODING], "gzip");
        assert!(answer.into_body().collect().await.unwrap().to_bytes().len() < 100);
    }
}
