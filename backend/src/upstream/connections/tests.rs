#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use crate::upstream::trust::{Trust, connector};
use axum::body::Bytes;
use futures_util::StreamExt;
use http_body_util::BodyExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// A controller that answers so many requests on each connection and then closes it, without a word.
struct Controller {
    connections: Connections,
    accepted: Arc<AtomicUsize>,
    closed: Arc<AtomicUsize>,
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\npong";

impl Controller {
    async fn answering(requests: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (accepted, closed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counts = (accepted.clone(), closed.clone());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                counts.0.fetch_add(1, Ordering::Relaxed);
                let closed = counts.1.clone();
                tokio::spawn(async move {
                    for _ in 0..requests {
                        if !reads_head(&mut stream).await {
                            break;
                        }
                        stream.write_all(ANSWER).await.unwrap();
                    }
                    drop(stream);
                    closed.fetch_add(1, Ordering::Relaxed);
                });
            }
        });
        let connections =
            Connections::new(vec![address.parse().unwrap()], connector(&Trust::default(), false).unwrap());
        Self { connections, accepted, closed }
    }

    async fn send(&self) -> Response<AnswerBody> {
        let request = Request::builder().uri("/ping").header("host", "controller").body(Body::empty()).unwrap();
        self.connections.send(0, request).await.unwrap()
    }

    async fn ask(&self) -> Bytes {
        self.send().await.into_body().collect().await.unwrap().to_bytes()
    }

    fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }
}

/// Whether another request came, rather than the end.
async fn reads_head(stream: &mut tokio::net::TcpStream) -> bool {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).await.unwrap_or(0) == 0 {
            return false;
        }
        head.extend(byte);
    }
    true
}

#[tokio::test]
async fn one_request_after_the_other_takes_one_connection() {
    let controller = Controller::answering(usize::MAX).await;
    for _ in 0..10 {
        assert_eq!(controller.ask().await, "pong");
    }
    assert_eq!(controller.accepted(), 1);
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_not_used() {
    let controller = Controller::answering(1).await;
    for asked in 1..=5 {
        assert_eq!(controller.ask().await, "pong");
        assert_eq!(controller.accepted(), asked);
        while controller.closed.load(Ordering::Relaxed) < asked {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_not_read_to_its_end_holds_its_connection_and_takes_it_along() {
    let controller = Controller::answering(usize::MAX).await;
    let unread = controller.send().await;
    assert_eq!(controller.ask().await, "pong");
    assert_eq!(controller.accepted(), 2, "the first one is still in use");
    drop(unread);
    let again = controller.send().await;
    assert_eq!(controller.ask().await, "pong");
    assert_eq!(controller.accepted(), 3, "the first one did not come back");
    drop(again);
}

#[tokio::test]
async fn nobody_waits_for_the_rest_of_a_request_that_was_answered_before_its_end() {
    let controller = Controller::answering(usize::MAX).await;
    let begun = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"begun"))]);
    let stalled = Body::from_stream(begun.chain(futures_util::stream::pending()));
    let request = Request::post("/apps").header("host", "controller").body(stalled).unwrap();
    let answered = controller.connections.send(0, request).await.unwrap();
    assert_eq!(answered.into_body().collect().await.unwrap().to_bytes(), "pong");
    assert_eq!(controller.ask().await, "pong");
    assert_eq!(controller.accepted(), 2);
}

#[tokio::test]
async fn a_controller_that_takes_connections_and_says_nothing_was_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let trust = Trust { insecure: true, ..Trust::default() };
    let connections = Connections::new(vec![address.parse().unwrap()], connector(&trust, true).unwrap());
    let answered = connections.send(0, Request::new(Body::empty())).await;
    assert!(matches!(answered, Err(Failure::Unsent(_))));
}
