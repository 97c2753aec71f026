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

/// Milliseconds are counted from here.
static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Activity of one connection, shared with the table.
#[derive(Debug, Default)]
pub struct Activity {
    /// The client must send a request, or more of its body.
    input: Wait,
    /// The client must read.
    output: Wait,
    has_requested: AtomicBool,
    closed: Notify,
}

/// Since when something is awaited, in milliseconds since start; 0 if it is not.
#[derive(Debug, Default)]
pub struct Wait(AtomicU64);

impl Wait {
    /// Marks the wait as begun, unless it is.
    pub fn begin(&self) {
        if self.0.load(Ordering::Relaxed) == 0 {
            let now = Instant::now().saturating_duration_since(*BEGINNING).as_millis();
            self.0.store(u64::try_from(now).unwrap_or(u64::MAX).max(1), Ordering::Relaxed);
        }
    }

    /// Marks the wait as over.
    pub fn end(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    fn since(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|since| *since > 0)
    }
}

impl Activity {
    /// The wait for a request, or for more of its body.
    pub fn input(&self) -> &Wait {
        &self.input
    }

    /// The wait for the client to read.
    pub fn output(&self) -> &Wait {
        &self.output
    }

    /// Marks the connection as busy with a request.
    pub fn begin_request(&self) {
        self.has_requested.store(true, Ordering::Relaxed);
        self.input.end();
    }

    /// Returns since when the client is waited for, in milliseconds since start.
    pub fn waits_since(&self) -> Option<u64> {
        self.output.since().or_else(|| self.input.since())
    }

    /// Whether a request came on the connection.
    pub fn has_requested(&self) -> bool {
        self.has_requested.load(Ordering::Relaxed)
    }

    /// Closes the connection, even during a request.
    pub fn close(&self) {
        self.closed.notify_one();
    }

    /// Resolves when the connection is to close.
    pub async fn closed(&self) {
        self.closed.notified().await;
    }
}

/// Marks the connection as waiting for input while the request body is incomplete.
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
            Poll::Pending => this.activity.input.begin(),
            Poll::Ready(_) => this.activity.input.end(),
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

/// Marks the connection as waiting for input once the response is finished.
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
        self.activity.input.begin();
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
