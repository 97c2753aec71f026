//! What one connection does, and the end that others can bring about.

use http_body::{Body, Frame, SizeHint};
use std::{
    pin::Pin,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
};
use tokio::{sync::Notify, time::Instant};

/// Milliseconds are counted from here; 0 stands for none.
static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Shared by a connection and the table of all. Waiting for the client means: for a request, for the rest of one, or until it
/// reads.
#[derive(Debug, Default)]
pub struct Activity {
    waits_since: AtomicU64,
    /// A request was answered on it.
    has_served: AtomicBool,
    closed: Notify,
}

impl Activity {
    /// The client's turn begins, if it has not begun yet.
    pub fn waits_for_client(&self) {
        if self.waits_since.load(Ordering::Relaxed) == 0 {
            self.waits_since.store(now(), Ordering::Relaxed);
        }
    }

    /// The client's turn is over.
    pub fn goes_on(&self) {
        self.waits_since.store(0, Ordering::Relaxed);
    }

    /// Since when the client's turn is, in milliseconds of this process.
    pub fn waits_since(&self) -> Option<u64> {
        Some(self.waits_since.load(Ordering::Relaxed)).filter(|since| *since > 0)
    }

    /// Whether a request was answered on the connection.
    pub fn has_served(&self) -> bool {
        self.has_served.load(Ordering::Relaxed)
    }

    /// Ends the connection, whatever it does.
    pub fn close(&self) {
        self.closed.notify_one();
    }

    /// Resolves when the connection is to end.
    pub async fn closed(&self) {
        self.closed.notified().await;
    }
}

fn now() -> u64 {
    let since = Instant::now().saturating_duration_since(*BEGINNING).as_millis();
    u64::try_from(since).unwrap_or(u64::MAX).max(1)
}

/// The body of a request: while more of it is awaited, it is the client's turn.
pub struct RequestBody<B> {
    inner: B,
    activity: Arc<Activity>,
}

impl<B> RequestBody<B> {
    /// Passes `inner` on.
    pub fn new(inner: B, activity: Arc<Activity>) -> Self {
        Self { inner, activity }
    }
}

impl<B: Body + Unpin> Body for RequestBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.get_mut();
        let frame = Pin::new(&mut this.inner).poll_frame(cx);
        match frame {
            Poll::Pending => this.activity.waits_for_client(),
            Poll::Ready(_) => this.activity.goes_on(),
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// The body of a response: once it is sent, it is the client's turn.
pub struct ResponseBody<B> {
    inner: B,
    activity: Arc<Activity>,
}

impl<B> ResponseBody<B> {
    /// Passes `inner` on.
    pub fn new(inner: B, activity: Arc<Activity>) -> Self {
        Self { inner, activity }
    }
}

impl<B> Drop for ResponseBody<B> {
    fn drop(&mut self) {
        self.activity.has_served.store(true, Ordering::Relaxed);
        self.activity.waits_for_client();
    }
}

impl<B: Body + Unpin> Body for ResponseBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
