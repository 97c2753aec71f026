#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use crate::{
    drove_client::Identity,
    upstream::{Changes, Upstream},
};
use axum::body::Body;
use futures_util::stream;
use http::{Request, Response};
use std::sync::{Arc, Mutex};

/// A cluster with one log file, read as an executor reads it: bytes out, text decoded with replacements.
pub fn file_with(content: &Arc<Mutex<Vec<u8>>>) -> LogFile {
    let content = content.clone();
    let service = tower::service_fn(move |request: Request<Body>| {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let number = |name: &str| {
            form_urlencoded::parse(query.as_bytes()).find(|(n, _)| n == name).map(|(_, v)| v.parse::<i64>().unwrap())
        };
        let bytes = content.lock().unwrap().clone();
        let offset = number("offset").unwrap();
        let answer = match number("length") {
            None => serde_json::json!({ "data": "", "offset": bytes.len() }),
            Some(length) => {
                let from = usize::try_from(offset).unwrap().min(bytes.len());
                let to = (from + usize::try_from(length).unwrap()).min(bytes.len());
                serde_json::json!({ "data": String::from_utf8_lossy(&bytes[from..to]), "offset": offset })
            }
        };
        async move { Ok(Response::new(Body::from(answer.to_string()))) }
    });
    let upstream = Upstream::new(service, || -> Changes { Box::pin(stream::pending()) });
    LogFile {
        client: DroveClient::new(upstream, Identity::Nobody),
        key: TaskKey::new("APP", "T"),
        name: "output.log".to_owned(),
    }
}

fn log(text: impl AsRef<[u8]>) -> (Arc<Mutex<Vec<u8>>>, LogFile) {
    let content = Arc::new(Mutex::new(text.as_ref().to_vec()));
    let file = file_with(&content);
    (content, file)
}

#[tokio::test]
async fn pieces_of_any_size_join_to_the_whole() {
    let text = "plain, \u{e4}\u{20ac}\u{1f980} and \u{5e9}\u{5dc}\u{5d5}\u{5dd}\n";
    let (_, file) = log(text);
    for length in 4..12 {
        let (mut at, mut joined) = (0, String::new());
        while at < text.len() as u64 {
            let frame = file.range(at, length).await.unwrap();
            assert_eq!(frame.from, at);
            assert!(frame.to > at && frame.to - at <= length);
            joined.push_str(&frame.text);
            at = frame.to;
        }
        assert_eq!(joined, text, "{length} bytes at a time");
    }
}

#[tokio::test]
async fn a_range_begins_with_a_whole_character() {
    let (_, file) = log("a\u{1f980}b");
    for offset in 2..5 {
        let frame = file.range_of_characters(offset, 10).await.unwrap();
        assert_eq!((frame.from, frame.text.as_str(), frame.to), (1, "\u{1f980}b", 6), "from {offset}");
    }
    assert_eq!(file.tail(2).await.unwrap().text, "\u{1f980}b");
    assert_eq!(file.tail(1).await.unwrap().text, "b");
    assert_eq!(file.tail(100).await.unwrap().from, 0);
}

#[tokio::test]
async fn bytes_that_are_no_character_do_not_move_the_cursor() {
    let (_, file) = log(b"ab\xff\xfe\xfd\xfc\xfbcd");
    let frame = file.range(0, 7).await.unwrap();
    assert_eq!((frame.to, frame.text.chars().count()), (7, 7));
    assert_eq!(file.range(7, 10).await.unwrap().text, "cd");
}

#[tokio::test]
async fn a_shorter_file_was_rotated() {
    let (content, file) = log("a long first file\n");
    let end = file.range(0, 100).await.unwrap().to;
    *content.lock().unwrap() = b"new\n".to_vec();
    let frame = file.range(end, 100).await.unwrap();
    assert_eq!((frame.rotated, frame.from, frame.text.as_str()), (true, 0, "new\n"));
    assert!(!file.range(frame.to, 100).await.unwrap().rotated);
}

#[tokio::test]
async fn a_part_is_read_like_a_file_of_its_own() {
    let (_, file) = log("others\n\u{e4} own\nlater\n");
    let part = LogPart { from: 7, to: Some(14) };
    let read = |frame: LogFrame| (frame.from, frame.to, frame.text, frame.part);
    let own = (7, 14, "\u{e4} own\n".to_owned(), part);
    assert_eq!(read(file.tail_within(part, 100).await.unwrap()), own);
    assert_eq!(read(file.range_within(part, 0, 100).await.unwrap()), own);
    assert_eq!(read(file.range_within(part, 12, 100).await.unwrap()), (12, 14, "n\n".to_owned(), part));
    assert_eq!(read(file.range_within(part, 99, 100).await.unwrap()), (14, 14, String::new(), part));
    let open = LogPart { from: 14, to: None };
    assert_eq!(file.tail_within(open, 100).await.unwrap().text, "\u{6c}ater\n");
}
