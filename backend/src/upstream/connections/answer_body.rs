//! The body of a controller's answer on its way to the client.

use super::{Lent, Patient};
use crate::upstream::leader::Place;
use axum::body::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

/// Passed on as it comes, but not waited for without end. Its connection is free once it has ended; dropped before, it is
/// closed.
pub struct AnswerBody {
    inner: Patient<Incoming>,
    connection: Option<Lent>,
    /// Among the requests that are on their way.
    place: Option<Place>,
}

impl AnswerBody {
    /// Passes `inner` on, which is read from `connection`.
    pub(super) fn new(inner: Incoming, connection: Lent) -> Self {
        let mut this = Self { inner: Patient::new(inner), connection: Some(connection), place: None };
        this.give_back_at_end();
        this
    }

    /// Holds a place until it ends or is dropped.
    pub fn hold(&mut self, place: Option<Place>) {
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

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.inner).poll_frame(cx));
        match frame {
            None => this.give_back(),
            Some(_) => this.give_back_at_end(),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
