//! Memory of large request bodies. A parsed document takes up to 40 times the bytes of its body, so a few dozen of the largest
//! at once would take gigabytes.

use super::LARGEST_REQUEST;
use crate::error::ApiError;
use axum::body::Body;
use http::{HeaderMap, header};
use http_body::Body as _;
use std::time::Duration;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// Bodies up to this size need no permit, in bytes: specs without inline files are smaller.
const SMALL: usize = 64 << 10;
/// Bytes of large bodies that may be read and parsed at the same time in this process: two of the largest.
const BUDGET: usize = 2 * LARGEST_REQUEST;
/// Longest wait for a permit; below the time that clients wait for an answer.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

static FREE: Semaphore = Semaphore::const_new(BUDGET);

/// A part of the budget, released when dropped. Keep it as long as the parsed document lives.
#[derive(Debug)]
pub struct Reserved(#[expect(dead_code, reason = "held for its drop")] Option<SemaphorePermit<'static>>);

/// Reserves memory for a body before it is read.
///
/// # Errors
/// [`ApiError::Unavailable`] if other large bodies take the whole budget for 20 s.
pub fn reserve(headers: &HeaderMap, body: &Body) -> impl Future<Output = Result<Reserved, ApiError>> + use<> {
    let length = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
    let bytes = match length {
        // Compressed, it may be of any size.
        Some(length) if !headers.contains_key(header::CONTENT_ENCODING) => length.min(LARGEST_REQUEST),
        _ => LARGEST_REQUEST,
    };
    acquire(bytes)
}

async fn acquire(bytes: usize) -> Result<Reserved, ApiError> {
    if bytes <= SMALL {
        return Ok(Reserved(None));
    }
    // At most 4 Mi, far below the range of the number.
    let permits = u32::try_from(bytes).unwrap_or(u32::MAX);
    match timeout(LONGEST_WAIT, FREE.acquire_many(permits)).await {
        // The semaphore is never closed.
        Ok(permit) => Ok(Reserved(permit.ok())),
        Err(_) => {
            let sentence = "other large requests are being read; nothing was sent. Try again in a moment";
            Err(ApiError::Unavailable(sentence.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn large_bodies_wait_for_each_other_and_small_ones_do_not() {
        let none = HeaderMap::new();
        let large = Body::from(vec![b' '; LARGEST_REQUEST]);
        let small = Body::from("{}");
        let first = reserve(&none, &large).await.unwrap();
        let _second = reserve(&none, &large).await.unwrap();
        assert!(matches!(reserve(&none, &large).await, Err(ApiError::Unavailable(_))));
        let _none = reserve(&none, &small).await.unwrap();
        let gzip = HeaderMap::from_iter([(header::CONTENT_ENCODING, "gzip".parse().unwrap())]);
        assert!(reserve(&gzip, &small).await.is_err(), "it may inflate to the largest");
        drop(first);
        reserve(&none, &large).await.unwrap();
    }
}
