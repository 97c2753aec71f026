//! Memory of large request bodies. A parsed document takes up to 40 times the bytes of its body, so a few dozen of the largest
//! at once would take gigabytes.

use super::LARGEST_REQUEST;
use crate::{error::ApiError, peer::Sender, shares::Shares};
use axum::body::Body;
use http::{header, request::Parts};
use http_body::Body as _;
use std::{sync::LazyLock, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit},
    time::timeout,
};

/// Bodies up to this size need no permit, in bytes: specs without inline files are smaller.
const SMALL: usize = 64 << 10;
/// Bytes of large bodies that may be read and parsed at the same time in this process: two of the largest.
const BUDGET: usize = 2 * LARGEST_REQUEST;
/// Longest wait for a permit; below the time that clients wait for an answer.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// Bytes of them that one user, or one address, may have: others are left room for one of the largest.
const OF_ONE: usize = BUDGET / 2;

static FREE: Semaphore = Semaphore::const_new(BUDGET);
static SHARES: LazyLock<Shares<Sender>> = LazyLock::new(|| Shares::new(OF_ONE));

/// A part of the budget, released when dropped. Keep it as long as the parsed document lives.
#[derive(Debug)]
pub struct Reserved(
    #[expect(dead_code, reason = "held for its drop")] Option<(OwnedSemaphorePermit, SemaphorePermit<'static>)>,
);

/// Reserves memory for the body of a request before it is read.
///
/// # Errors
/// [`ApiError::Unavailable`] if other large bodies take the whole budget, or the share of this user or address, for 20 s.
pub fn reserve(request: &Parts, body: &Body) -> impl Future<Output = Result<Reserved, ApiError>> + use<> {
    let length = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
    let bytes = match length {
        // Compressed, it may be of any size.
        Some(length) if !request.headers.contains_key(header::CONTENT_ENCODING) => length.min(LARGEST_REQUEST),
        _ => LARGEST_REQUEST,
    };
    acquire(Sender::of(&request.extensions), bytes)
}

/// Runs `work`, on a blocking thread if the document is large: connections would wait for it.
pub async fn work_on<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    if bytes <= SMALL {
        return work();
    }
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // It is never cancelled.
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

async fn acquire(sender: Sender, bytes: usize) -> Result<Reserved, ApiError> {
    if bytes <= SMALL {
        return Ok(Reserved(None));
    }
    // At most 4 Mi, far below the range of the number.
    let permits = u32::try_from(bytes).unwrap_or(u32::MAX);
    let both = async {
        let share = SHARES.of(sender).acquire_many_owned(permits).await.ok()?;
        Some((share, FREE.acquire_many(permits).await.ok()?))
    };
    match timeout(LONGEST_WAIT, both).await {
        // The semaphores are never closed.
        Ok(both) => Ok(Reserved(both)),
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
    use crate::peer::{Peer, SentFor};
    use http::Request;
    use std::net::SocketAddr;

    #[tokio::test(start_paused = true)]
    async fn large_bodies_wait_for_each_other_and_small_ones_do_not() {
        let of = |last: u8, encoding: &str| {
            let request = Request::builder().extension(Peer(SocketAddr::from(([192, 0, 2, last], 1))));
            request.header(header::CONTENT_ENCODING, encoding).body(()).unwrap().into_parts().0
        };
        let plain = |last| {
            let mut request = of(last, "");
            request.headers.clear();
            request
        };
        let large = Body::from(vec![b' '; LARGEST_REQUEST]);
        let small = Body::from("{}");
        let first = reserve(&plain(1), &large).await.unwrap();
        let refused = reserve(&plain(1), &large).await;
        assert!(matches!(refused, Err(ApiError::Unavailable(_))), "an address has no more than its share");
        let mut of_user = plain(1);
        of_user.extensions.insert(SentFor("eva".to_owned()));
        drop(reserve(&of_user, &large).await.unwrap());
        let _second = reserve(&plain(2), &large).await.unwrap();
        assert!(matches!(reserve(&plain(3), &large).await, Err(ApiError::Unavailable(_))));
        let _none = reserve(&plain(3), &small).await.unwrap();
        assert!(reserve(&of(3, "gzip"), &small).await.is_err(), "it may inflate to the largest");
        drop(first);
        reserve(&plain(3), &large).await.unwrap();
    }
}
