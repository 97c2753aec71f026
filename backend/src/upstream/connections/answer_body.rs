//! The body of a controller's answer on its way to the client: passed on as it comes, but not waited for without end.

use super::Lent;
use axum::body::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Sleep, sleep},
};

/// Longest silence within an answer that has begun.
const LONGEST_SILENCE: Duration = Duration::from_secs(30);

/// Ends with an error when nothing comes for [`LONGEST_SILENCE`]. Its connection is free once it has ended; dropped before,
/// it is closed.
pub struct AnswerBody {
    inner: Incoming,
    connection: Option<Lent>,
    /// Among the requests that are on their way.
    place: Option<OwnedSemaphorePermit>,
    /// Runs while the next part is waited for.
    silence: Option<Pin<Box<Sleep>>>,
}

impl AnswerBody {
    /// Passes `inner` on, which is read from `connection`.
    pub(super) fn new(inner: Incoming, connection: Lent) -> Self {
        let mut this = Self { inner, connection: Some(connection), place: None, silence: None };
        this.give_back_at_end();
        this
    }

    /// Holds a place until it ends or is dropped.
    pub fn hold(&mut self, place: Option<OwnedSemaphorePermit>) {
        self.place = place;
    }

    /// Whoever reads it does not ask again once it knows that there is no more.
    fn give_back_at_end(&mut self) {
        if self.inner.is_end_stream() {
            self.give_back();
        }
    }

    fn give_back(&mut self) {
        self.place = None;
        if let Some(connection) = self.connection.take() {
            connection.give_back();
        }
    }
}

/// Nothing came for too long.
#[derive(Debug, thiserror::Error)]
#[error("the answer stopped for {} s", LONGEST_SILENCE.as_secs())]
struct Silence;

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(cx) {
            this.silence = None;
            if frame.is_none() {
                this.give_back();
            } else {
                this.give_back_at_end();
            }
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
