#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use crate::{
    drove_client::Identity,
    upstream::{Changes, Upstream},
};
use axum::body::Body;
use futures_util::stream;
use http::{Request, Response};
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::time::timeout;

/// Somebody who reads a log that grows by a byte a second, for as long as they may.
fn reads(may: &Arc<AtomicBool>) -> DroveClient {
    let (may, begun) = (may.clone(), Instant::now());
    let service = tower::service_fn(move |_request: Request<Body>| {
        let status = if may.load(Ordering::Relaxed) { 200 } else { 403 };
        let answer = serde_json::json!({ "data": "x", "offset": 10 + begun.elapsed().as_secs() }).to_string();
        async move { Ok(Response::builder().status(status).body(Body::from(answer)).unwrap()) }
    });
    DroveClient::new(Upstream::new(service, || -> Changes { Box::pin(stream::pending()) }), Identity::Nobody)
}

#[tokio::test(start_paused = true)]
async fn whoever_may_not_read_any_more_soon_hears_nothing() {
    const SETTLED: usize = 10;
    let may = Arc::new(AtomicBool::new(true));
    let followers = LogFollowers::new(reads(&Arc::new(AtomicBool::new(true))));
    let view = View::Task(TaskKey::new("APP", "T"), None);
    let query = LiveQuery { view, log: Some("output.log".to_owned()) };
    let mut reader = LogReader::open(&followers, &query, None, reads(&may));
    for _ in 0..SETTLED {
        reader.next().await;
    }
    may.store(false, Ordering::Relaxed);
    let begun = Instant::now();
    while begun.elapsed() < 2 * PROVED_FOR && timeout(10 * LONGEST_PAUSE, reader.next()).await.is_ok() {}
    assert!(matches!(reader, LogReader::Silent));
    let heard = begun.elapsed();
    assert!(heard > PROVED_FOR / 2, "until then it is told what the shared reader reads: {heard:?}");
    assert!(heard < PROVED_FOR + 20 * LONGEST_PAUSE, "{heard:?}");
}
