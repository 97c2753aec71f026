#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use crate::{
    drove_client::Identity,
    live::log_range::tests::file_with,
    upstream::{Changes, Upstream},
};
use axum::body::Body;
use futures_util::stream;
use http::{Request, Response};
use model::{Timestamp, dashboard::LogPart};
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::time::{Instant, timeout};

/// The runs of one task, the oldest first.
#[derive(Clone, Default)]
struct Known(Arc<Mutex<Vec<&'static str>>>);

impl Known {
    fn name(&self, run: &'static str) {
        self.0.lock().unwrap().push(run);
    }
}

impl Runs for Known {
    fn find(&self, _key: TaskKey, run: Option<u32>) -> Lookup {
        let runs = self.0.lock().unwrap().clone();
        let index = run.map_or(runs.len(), |run| run as usize).checked_sub(1);
        let found = index.and_then(|index| Some((index, *runs.get(index)?)));
        let found = found.map(|(index, instance)| LogRun {
            instance: Some(instance.into()),
            is_newest: index + 1 == runs.len(),
            began: Timestamp(0),
            ended: None,
            is_out_of_reach: false,
        });
        Box::pin(std::future::ready(found))
    }

    fn live(&self, _key: &TaskKey) -> Option<InstanceId> {
        self.0.lock().unwrap().last().map(|instance| (*instance).into())
    }
}

/// Lines of a run from its registration on.
fn lines_of(instance: &str) -> String {
    let line = |logger: &str, message: &str| format!("INFO  | 2026-11-25 02:11:01,937 | {logger} | {message}\n");
    line("StateMachine", "Action to be executed: TaskSpecValidator")
        + &line(
            "InstanceEngine",
            &format!("Current state: StateData(state=PROVISIONING, data=X(instanceId={instance}))"),
        )
        + &line("InstanceLogHandler", &format!("words of {instance}"))
}

/// A reader of run `run` of a task whose log file is `content`.
fn reader(known: &Known, content: &Arc<Mutex<Vec<u8>>>, run: Option<u32>) -> LogReader {
    let file = file_with(content);
    let followers = LogFollowers::new(file.client.clone(), known.clone());
    let query = LiveQuery { view: View::Task(file.key, run), log: Some(file.name), whole_log: false };
    LogReader::open(&followers, &query, None, file.client)
}

#[tokio::test(start_paused = true)]
async fn sends_each_run_its_own_lines_of_a_shared_file() {
    let known = Known::default();
    known.name("TI-1");
    let content = Arc::new(Mutex::new(lines_of("TI-1").into_bytes()));
    let (mut newest, mut first) = (reader(&known, &content, None), reader(&known, &content, Some(1)));
    for reader in [&mut newest, &mut first] {
        let frame = reader.next().await;
        assert_eq!((frame.text, frame.part, frame.instance), (lines_of("TI-1"), LogPart::WHOLE, Some("TI-1".into())));
    }

    let end = content.lock().unwrap().len() as u64;
    content.lock().unwrap().extend(b"last words\n");
    content.lock().unwrap().extend(lines_of("TI-2").bytes());
    for reader in [&mut newest, &mut first] {
        let frame = reader.next().await;
        assert_eq!((frame.from, frame.text.as_str()), (end, "last words\n"), "up to where the second run begins");
        assert_eq!(frame.part, LogPart { from: 0, to: Some(end + 11) });
    }
    assert!(timeout(10 * LONGEST_PAUSE, newest.next()).await.is_err(), "the second run is not known yet");

    known.name("TI-2");
    let frame = newest.next().await;
    assert_eq!((frame.text, frame.instance), (lines_of("TI-2"), Some("TI-2".into())));
    assert_eq!(frame.part, LogPart { from: end + 11, to: None });
    content.lock().unwrap().extend(b"more\n");
    assert_eq!(newest.next().await.text, "more\n");
    assert!(timeout(10 * LONGEST_PAUSE, first.next()).await.is_err(), "nothing more belongs to the first");

    let again = reader(&known, &content, Some(1)).next().await;
    assert_eq!((again.text, again.part.to), (lines_of("TI-1") + "last words\n", Some(end + 11)));
}

#[tokio::test(start_paused = true)]
async fn a_run_on_another_executor_begins_another_log() {
    let known = Known::default();
    known.name("TI-1");
    let content = Arc::new(Mutex::new((lines_of("TI-1") + "a long first log\n").into_bytes()));
    let (mut newest, mut first) = (reader(&known, &content, None), reader(&known, &content, Some(1)));
    newest.next().await;
    first.next().await;
    // Drove reads the file of the executor that has the newest run.
    *content.lock().unwrap() = lines_of("TI-2").into_bytes();
    known.name("TI-2");
    let frame = loop {
        let frame = newest.next().await;
        if !frame.text.is_empty() {
            break frame;
        }
    };
    assert_eq!((frame.text, frame.from, frame.instance), (lines_of("TI-2"), 0, Some("TI-2".into())));
    while let Ok(frame) = timeout(10 * LONGEST_PAUSE, first.next()).await {
        assert_eq!((frame.text.as_str(), frame.rotated), ("", false), "these are not its lines");
    }
}

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
    let followers = LogFollowers::new(reads(&Arc::new(AtomicBool::new(true))), Known::default());
    let view = View::Task(TaskKey::new("APP", "T"), None);
    let query = LiveQuery { view, log: Some("output.log".to_owned()), whole_log: false };
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
