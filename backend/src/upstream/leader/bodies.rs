//! Bodies on their way to the leader and back: what is kept for another attempt, and what is read before it is passed on.

use crate::upstream::{
    UpstreamError,
    connections::{AnswerBody, Patient},
};
use axum::{
    BoxError,
    body::{Body, Bytes},
};
use bytes::BytesMut;
use futures_util::{StreamExt, stream};
use http_body::Body as _;
use http_body_util::BodyExt;

/// A request whose body is no larger (in bytes) is kept until it is answered, so that it can be sent to the next leader;
/// one that is [`crate::upstream::InMemory`] is kept in any case.
const KEPT_REQUEST: u64 = 64 << 10;

/// The client's body ended early, so the request was never complete.
#[derive(Debug, thiserror::Error)]
#[error("the body of the request broke off")]
pub struct BrokenRequest(#[source] BoxError);

/// The body of a request, for as many attempts as it allows.
pub enum Sending {
    Kept(Bytes),
    Stream(Option<Body>),
}

impl Sending {
    /// Keeps what is small, or `in_memory`.
    pub async fn prepare(body: Body, in_memory: bool) -> Result<Self, UpstreamError> {
        if body.is_end_stream() {
            return Ok(Self::Kept(Bytes::new()));
        }
        if !in_memory && body.size_hint().exact().is_none_or(|length| length > KEPT_REQUEST) {
            return Ok(Self::Stream(Some(Body::new(Patient::new(body).map_err(BrokenRequest)))));
        }
        match body.collect().await {
            Ok(body) => Ok(Self::Kept(body.to_bytes())),
            Err(error) => Err(UpstreamError::NotSent(format!("the request's own body broke off ({error})"))),
        }
    }

    /// The body once more; nothing if it is gone.
    pub fn take(&mut self) -> Option<Body> {
        match self {
            Self::Kept(bytes) if bytes.is_empty() => Some(Body::empty()),
            Self::Kept(bytes) => Some(Body::from(bytes.clone())),
            Self::Stream(body) => body.take(),
        }
    }
}

/// What was taken of an answer.
pub enum Taken {
    /// There is no more of it.
    Whole(Bytes),
    /// It is larger than was asked for: all of it, as a stream.
    Begun(Body),
}

impl Taken {
    /// Takes an answer in, if it is no larger than `most` bytes.
    pub async fn of(mut body: AnswerBody, most: u64) -> Result<Self, BoxError> {
        let mut taken = BytesMut::new();
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame?.into_data() {
                taken.extend_from_slice(&data);
            }
            if taken.len() as u64 > most {
                let begin = stream::iter([Ok(taken.freeze())]);
                return Ok(Self::Begun(Body::from_stream(begin.chain(body.into_data_stream()))));
            }
        }
        Ok(Self::Whole(taken.freeze()))
    }
}
