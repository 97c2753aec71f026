//! Reading request bodies: bounded as sent and bounded again after inflation.

use super::refusal::Refusal;
use crate::extract::{BodyFault, LARGEST_REQUEST, read_body};
use axum::body::Body;
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http::{HeaderMap, StatusCode, header};
use http_body_util::Limited;
use std::io::Read;

/// Bytes of a request body at most, as sent and as inflated. Drove has no limit; specs with inline files are the largest.
pub const MAX_BODY: usize = LARGEST_REQUEST;

/// The body, inflated if it came as gzip.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let sent = read_body(Body::new(Limited::new(body, MAX_BODY))).await.map_err(unreadable)?;
    inflated(headers, sent)
}

/// The body as it is, or decompressed if `headers` say that it is gzip. Several gzip members are one body, as in Java.
pub(super) fn inflated(headers: &HeaderMap, sent: Bytes) -> Result<Bytes, Refusal> {
    match headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes()) {
        Some(encoding) if encoding.eq_ignore_ascii_case(b"gzip") => inflate(&sent),
        _ => Ok(sent),
    }
}

fn inflate(sent: &[u8]) -> Result<Bytes, Refusal> {
    let mut inflated = Vec::new();
    let limit = u64::try_from(MAX_BODY).unwrap_or(u64::MAX);
    MultiGzDecoder::new(sent).take(limit + 1).read_to_end(&mut inflated).map_err(|error| Refusal::Page {
        status: StatusCode::BAD_REQUEST,
        message: format!("The body is not the gzip that Content-Encoding announces: {error}"),
    })?;
    if inflated.len() > MAX_BODY {
        return Err(too_large());
    }
    Ok(inflated.into())
}

fn unreadable(fault: BodyFault) -> Refusal {
    match fault {
        BodyFault::TooLarge => too_large(),
        BodyFault::Broken => Refusal::Page {
            status: StatusCode::BAD_REQUEST,
            message: "The body could not be read: it broke off".to_owned(),
        },
    }
}

fn too_large() -> Refusal {
    Refusal::Page {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        message: format!("The body is larger than {} MiB, the most that is taken", MAX_BODY >> 20),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn announced() -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_ENCODING, "gzip".parse().unwrap())])
    }

    fn status(refusal: Refusal) -> u16 {
        let Refusal::Page { status, .. } = refusal else { panic!("{refusal:?}") };
        status.as_u16()
    }

    #[tokio::test]
    async fn gzip_is_inflated() {
        let body = read(&announced(), Body::from(gzip(b"{}"))).await.unwrap();
        assert_eq!(&body[..], b"{}");
    }

    #[tokio::test]
    async fn gzip_members_are_joined() {
        let members = [gzip(b"{\"a\":"), gzip(b"1}")].concat();
        assert_eq!(&read(&announced(), Body::from(members)).await.unwrap()[..], b"{\"a\":1}");
    }

    #[tokio::test]
    async fn a_small_bomb_is_too_large() {
        let bomb = gzip(&vec![b' '; MAX_BODY + 1]);
        assert!(bomb.len() < 100_000);
        assert_eq!(status(read(&announced(), Body::from(bomb)).await.unwrap_err()), 413);
    }

    #[tokio::test]
    async fn a_large_body_is_too_large() {
        let body = Body::from(vec![b' '; MAX_BODY + 1]);
        assert_eq!(status(read(&HeaderMap::new(), body).await.unwrap_err()), 413);
    }

    #[tokio::test]
    async fn broken_gzip_is_the_clients_fault() {
        assert_eq!(status(read(&announced(), Body::from("plain")).await.unwrap_err()), 400);
    }
}
