//! Bodies that are passed on as they come, but not waited for without end.

use axum::{BoxError, body::Bytes};
use http_body::{Body, Frame, SizeHint};
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Sleep, sleep};

/// Longest silence within a body that has begun.
const LONGEST_SILENCE: Duration = Duration::from_secs(30);

/// A body that ends with [`Silence`] when nothing comes for [`LONGEST_SILENCE`].
pub struct Patient<B> {
    inner: B,
    /// Runs while the next part is waited for.
    silence: Option<Pin<Box<Sleep>>>,
}

impl<B> Patient<B> {
    /// Passes `inner` on.
    pub fn new(inner: B) -> Self {
        Self { inner, silence: None }
    }
}

/// Nothing came for too long.
#[derive(Debug, thiserror::Error)]
#[error("nothing more came for {} s", LONGEST_SILENCE.as_secs())]
pub struct Silence;

impl<B: Body<Data = Bytes, Error: Into<BoxError>> + Unpin> Body for Patient<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(cx) {
            this.silence = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let silence = this.silence.get_or_insert_with(|| Box::pin(sleep(LONGEST_SILENCE)));
        ready!(silence.as_mut().poll(cx));
        Poll::Ready(Some(Err(Silence.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
