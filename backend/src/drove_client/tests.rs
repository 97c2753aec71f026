#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use crate::upstream::Changes;
use futures_util::stream;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// An upstream that gives the same answer to everything, and counts.
fn always(status: u16, body: &'static str) -> DroveClient {
    let service = tower::service_fn(move |_request: Request<Body>| async move {
        Ok(Response::builder().status(status).body(Body::from(body)).unwrap())
    });
    DroveClient::new(Upstream::new(service, || -> Changes { Box::pin(stream::pending()) }), Identity::Nobody)
}

#[tokio::test]
async fn a_failed_look_up_is_an_answer() {
    let client = always(200, r#"{"status":"FAILED","message":"No such task instance A/B"}"#);
    assert_eq!(client.task(&TaskKey::new("A", "B")).await, Ok(None));
    assert_eq!(client.tasks().await, Err(ClusterError::NotFound("No such task instance A/B".into())));
}

#[tokio::test]
async fn one_record_that_cannot_be_read_hides_no_other() {
    let tasks = r#"{"status":"SUCCESS","message":"success","data":[
        {"sourceAppName":"A","taskId":"1","state":"RUNNING"}, {"sourceAppName":"A","taskId":"2","state":{"new":"shape"}},
        {"sourceAppName":"A","taskId":"3","state":"RUNNING","resources":[{"type":"GPU"}]}]}"#;
    let read: Vec<String> = always(200, tasks).tasks().await.unwrap().iter().map(|t| t.key().to_string()).collect();
    assert_eq!(read, [TaskKey::new("A", "1"), TaskKey::new("A", "3")].map(|key| key.to_string()));
    let events = r#"{"status":"SUCCESS","message":"success","data":{"lastSyncTime":7,"events":[
        {"type":"X","id":"e-1","time":7,"metadata":{}}, {"type":"X","id":"e-2","time":"late","metadata":{}}]}}"#;
    let read = always(200, events).events_latest(Timestamp(0), 9).await.unwrap();
    assert_eq!((read.events.len(), read.last_sync_time), (1, Timestamp(7)));
    assert!(matches!(always(200, "[]").tasks().await, Err(ClusterError::BadReply { status: 200, .. })));
}

#[tokio::test]
async fn a_look_up_that_is_answered_with_another_task_is_refused() {
    let other =
        r#"{"status":"SUCCESS","message":"success","data":{"sourceAppName":"A","taskId":"2","state":"RUNNING"}}"#;
    assert!(always(200, other).task(&TaskKey::new("A", "2")).await.unwrap().is_some());
    assert!(matches!(always(200, other).task(&TaskKey::new("A", "1")).await, Err(ClusterError::BadReply { .. })));
}

#[tokio::test]
async fn a_list_of_nothing_but_unreadable_entries_is_refused() {
    let entries = "0,".repeat(1_000_000);
    let body = format!(r#"{{"status":"SUCCESS","message":"success","data":[{}0]}}"#, entries);
    let answer = always(200, Box::leak(body.into_boxed_str())).tasks().await;
    assert!(matches!(answer, Err(ClusterError::BadReply { .. })), "{answer:?}");
}

#[tokio::test]
async fn refusals_keep_droves_words() {
    let body = r#"{"status":"FAILED","data":{"validationErrors":["a","b"]},"message":"Command validation failure"}"#;
    let refused = ClusterError::Refused {
        status: 400,
        message: "Command validation failure".into(),
        reasons: vec!["a".into(), "b".into()],
    };
    assert_eq!(always(400, body).validate(&Value::Null).await, Err(refused));
}

#[tokio::test]
async fn standby_controllers_gateways_and_missing_rights_are_told_apart() {
    let standby = always(400, r#"{"status":"FAILED","message":"This node is not the leader controller"}"#);
    assert_eq!(standby.ping().await, Err(ClusterError::NotLeader));
    let refused = |words: &str| Err(ClusterError::Unauthorized { status: 403, words: words.to_owned() });
    assert_eq!(always(403, "<html>").ping().await, refused(""));
    let said = always(403, r#"{"status":"FAILED","message":"User eva has no role"}"#);
    assert_eq!(said.ping().await, refused("User eva has no role"));
    assert!(matches!(always(502, "<html>").ping().await, Err(ClusterError::BadReply { status: 502, .. })));
    assert!(matches!(always(204, "").log_files(&TaskKey::new("A", "B")).await, Err(ClusterError::NotFound(_))));
}

#[tokio::test]
async fn what_was_sent_once_is_not_sent_again_here() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let service = tower::service_fn(move |_request: Request<Body>| {
        counted.fetch_add(1, Ordering::Relaxed);
        async { Err(UpstreamError::AnswerLost("reset".into())) }
    });
    let upstream = Upstream::new(service, || -> Changes { Box::pin(stream::pending()) });
    let client = DroveClient::new(upstream, Identity::Nobody);
    assert_eq!(client.tasks().await, Err(ClusterError::Timeout("reset".into())));
    assert_eq!(calls.swap(0, Ordering::Relaxed), 1);
    assert_eq!(client.operation(&Value::Null).await, Err(ClusterError::Timeout("reset".into())));
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[test]
fn names_stay_within_their_path_segment() {
    assert_eq!(path_part("A-b_1"), "A-b_1");
    assert_eq!(path_part("../x y"), "..%2Fx%20y");
    assert_eq!(path_part(".."), "%2E%2E");
    assert_eq!(path_part("output.log"), "output.log");
}
