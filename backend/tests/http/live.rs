use crate::{
    events::{Event, Events},
    support::{ADMIN, Dashboard, eventually, get},
};
use http::StatusCode;
use model::{
    TaskKey, TaskState,
    dashboard::{LiveDelta, LiveNotice, LiveSnapshot, LogFrame, TaskDetail, TasksDelta, ViewDelta, ViewSnapshot},
};
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

const DEADLINE: Duration = Duration::from_secs(60);

fn of_list(view: ViewDelta) -> TasksDelta {
    let ViewDelta::Tasks(changes) = view else { panic!("not of a list: {view:?}") };
    changes
}

impl Events {
    async fn open(dashboard: &Dashboard, query: &str, last_id: Option<&str>) -> Self {
        let mut headers = vec![("authorization", ADMIN)];
        headers.extend(last_id.map(|id| ("last-event-id", id)));
        Self::open_with(dashboard, query, &headers).await
    }

    async fn compressed(dashboard: &Dashboard, query: &str) -> Self {
        Self::open_with(dashboard, query, &[("authorization", ADMIN), ("accept-encoding", "gzip, deflate, br")]).await
    }

    async fn open_with(dashboard: &Dashboard, query: &str, headers: &[(&str, &str)]) -> Self {
        let response = dashboard.send(get(&format!("/api/live?{query}"), headers)).await;
        Self::of(response)
    }

    /// The first thing that `read` finds in an event of that name.
    async fn find<T>(&mut self, name: &str, mut read: impl FnMut(&Event) -> Option<T>) -> T {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let event = self.next().await.expect("the stream goes on");
            assert!(Instant::now() < deadline, "no such {name}; the last event was {} {}", event.name, event.data);
            if event.name == name
                && let Some(found) = read(&event)
            {
                return found;
            }
        }
    }

    async fn snapshot(&mut self) -> (LiveSnapshot, String) {
        self.find("snapshot", |event| Some((serde_json::from_str(&event.data).unwrap(), event.id.clone()))).await
    }

    async fn delta<T>(&mut self, mut read: impl FnMut(LiveDelta) -> Option<T>) -> T {
        self.find("delta", |event| read(serde_json::from_str(&event.data).unwrap())).await
    }

    /// The first thing that `read` finds in a change of a list.
    async fn list_delta<T>(&mut self, mut read: impl FnMut(TasksDelta) -> Option<T>) -> T {
        self.delta(|delta| read(of_list(delta.view))).await
    }
}

#[tokio::test]
async fn a_list_is_told_of_new_tasks_and_of_every_change_of_its_rows() {
    let dashboard = Dashboard::start().await;
    dashboard.pause().await;
    dashboard.create("first", json!({ "ITERATIONS": "5", "PULL_SECONDS": "1" })).await;
    dashboard.listed("first").await;
    let mut events = Events::open(&dashboard, "view=tasks", None).await;
    let (snapshot, _) = events.snapshot().await;
    let ViewSnapshot::Tasks(page) = snapshot.view else { panic!("{snapshot:?}") };
    assert_eq!(page.rows.len(), 1);
    assert!(snapshot.cluster.clock_paused.is_some());

    dashboard.create("second", json!({})).await;
    events.list_delta(|delta| delta.new_matches.contains(&TaskKey::new("TEST_APP", "second")).then_some(())).await;
    dashboard.step(3_000).await;
    let running =
        events.list_delta(|delta| delta.rows.into_iter().find(|row| row.state == Some(TaskState::Running))).await;
    assert_eq!(running.key, TaskKey::new("TEST_APP", "first"));
    dashboard.step(60_000).await;
    events.list_delta(|delta| delta.rows.into_iter().find(|row| row.is_over())).await;
    events.list_delta(|delta| delta.counts.filter(|counts| counts.finished.n >= 1)).await;
}

#[tokio::test]
async fn a_compressed_stream_tells_each_change_at_once() {
    let dashboard = Dashboard::start().await;
    dashboard.pause().await;
    dashboard.create("first", json!({ "ITERATIONS": "5", "PULL_SECONDS": "1" })).await;
    dashboard.listed("first").await;
    let mut events = Events::compressed(&dashboard, "view=tasks").await;
    assert!(events.gzip.is_some(), "it is compressed for those who can read it");
    events.snapshot().await;
    // Nothing else comes that could push these out: time stands still.
    dashboard.create("second", json!({})).await;
    events.list_delta(|delta| delta.new_matches.contains(&TaskKey::new("TEST_APP", "second")).then_some(())).await;
    dashboard.step(3_000).await;
    events.list_delta(|delta| delta.rows.into_iter().find(|row| row.state == Some(TaskState::Running))).await;
}

#[tokio::test]
async fn equal_queries_share_what_they_are_told() {
    let dashboard = Dashboard::start().await;
    let mut one = Events::open(&dashboard, "view=tasks&tab=all", None).await;
    let mut other = Events::open(&dashboard, "tab=ALL&view=tasks&page=1", None).await;
    one.snapshot().await;
    other.snapshot().await;
    dashboard.create("shared", json!({})).await;
    let new =
        |delta: LiveDelta| of_list(delta.view).new_matches.first().map(|key| (key.clone(), delta.revision, delta.now));
    assert_eq!(one.delta(new).await, other.delta(new).await);
}

#[tokio::test]
async fn a_reader_that_comes_back_is_told_what_it_missed() {
    let dashboard = Dashboard::start().await;
    dashboard.pause().await;
    dashboard.create("before", json!({ "ITERATIONS": "5", "PULL_SECONDS": "1" })).await;
    dashboard.listed("before").await;
    let id = Events::open(&dashboard, "view=tasks", None).await.snapshot().await.1;
    dashboard.create("while-away", json!({})).await;
    dashboard.step(60_000).await;

    let mut events = Events::open(&dashboard, "view=tasks", Some(&id)).await;
    let mut missed = Vec::new();
    events
        .list_delta(|delta| {
            missed.extend(delta.rows.into_iter().filter(|row| row.is_over()).map(|row| row.key.id.0));
            missed.contains(&"before".to_owned()).then_some(())
        })
        .await;
    for stale in ["nonsense", "999999999.5"] {
        let mut events = Events::open(&dashboard, "view=tasks", Some(stale)).await;
        assert_eq!(events.next().await.unwrap().name, "snapshot", "{stale}");
    }
}

#[tokio::test]
async fn a_task_and_its_log_come_in_one_stream() {
    let dashboard = Dashboard::start().await;
    dashboard.pause().await;
    let mut events = Events::open(&dashboard, "view=task&key=TEST_APP/T-9&log=output.log", None).await;
    let (snapshot, _) = events.snapshot().await;
    assert_eq!(snapshot.view, ViewSnapshot::Task(None), "not known yet");
    dashboard.create("T-9", json!({ "ITERATIONS": "8", "PULL_SECONDS": "1" })).await;
    events.delta(|delta| matches!(delta.view, ViewDelta::Task(_)).then_some(())).await;
    dashboard.step(5_000).await;
    let (mut log, mut to) = (String::new(), 0);
    let mut take = |event: &Event, wanted: &str| {
        let frame: LogFrame = serde_json::from_str(&event.data).unwrap();
        assert_eq!(frame.from, to, "no byte is missed, none comes twice");
        to = frame.to;
        log.push_str(&frame.text);
        log.contains(wanted).then(|| event.id.clone())
    };
    let last_id = events.find("log", |event| take(event, "Iteration 2 of 8")).await;
    drop(events);

    let mut events = Events::open(&dashboard, "view=task&key=TEST_APP/T-9&log=output.log", Some(&last_id)).await;
    dashboard.step(60_000).await;
    events.find("log", |event| take(event, "Iteration 8 of 8")).await;
    let whole: LogFrame = dashboard.get("/api/logs/TEST_APP/T-9/output.log").await;
    assert!(whole.text.starts_with(&log));
}

#[tokio::test]
async fn executors_come_with_their_details() {
    let dashboard = Dashboard::start().await;
    let mut events = Events::open(&dashboard, "view=executors", None).await;
    let (snapshot, _) = events.snapshot().await;
    let ViewSnapshot::Executors(executors) = snapshot.view else { panic!("{snapshot:?}") };
    let hosts: Vec<&str> = executors.iter().map(|executor| executor.summary.hostname.as_str()).collect();
    assert_eq!(hosts.len(), 6, "{hosts:?}");
    assert!(executors.iter().all(|executor| executor.detail.is_some()));
}

#[tokio::test]
async fn a_changed_clock_is_told_at_once() {
    let dashboard = Dashboard::start().await;
    let mut events = Events::open(&dashboard, "view=executors", None).await;
    let (snapshot, _) = events.snapshot().await;
    dashboard.pause().await;
    dashboard.step(3_600_000).await;
    events
        .find("notice", |event| {
            let notice: LiveNotice = serde_json::from_str(&event.data).unwrap();
            (notice.cluster.clock_paused.is_some() && notice.now.since(snapshot.now) >= Duration::from_secs(3600))
                .then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_reader_that_does_not_keep_up_gets_only_the_last_status() {
    let dashboard = Dashboard::start().await;
    dashboard.pause().await;
    let mut events = Events::open(&dashboard, "view=tasks", None).await;
    let (first, _) = events.snapshot().await;
    // Each step is a notice of its own, and nobody reads.
    for _ in 0..200 {
        dashboard.step(1).await;
    }
    let mut notices = 0;
    let is_last = |event: &Event| {
        notices += 1;
        let notice: LiveNotice = serde_json::from_str(&event.data).unwrap();
        (notice.now.since(first.now) == Duration::from_millis(200)).then_some(())
    };
    events.find("notice", is_last).await;
    assert!(notices <= 2, "nothing old was kept for it: {notices}");
}

#[tokio::test]
async fn streams_end_with_the_process_and_need_somebody_signed_in() {
    let dashboard = Dashboard::start().await;
    let nobody = dashboard.send(get("/api/live?view=tasks", &[])).await;
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    let wrong = dashboard.send(get("/api/live?view=magic", &[("authorization", ADMIN)])).await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    let mut events = Events::open(&dashboard, "view=tasks", None).await;
    events.snapshot().await;
    dashboard.stop.send_replace(true);
    while events.next().await.is_some() {}
}

#[tokio::test]
async fn an_older_run_is_shown_when_it_is_asked_for() {
    let dashboard = Dashboard::start().await;
    dashboard.pause().await;
    let delete = async || {
        let path = "/apis/v1/tasks/TEST_APP/instances/T-1";
        let request = crate::support::request(http::Method::DELETE, path, &[("authorization", ADMIN)], "");
        assert_eq!(dashboard.send(request).await.status(), StatusCode::OK);
    };
    dashboard.create("T-1", json!({ "ITERATIONS": "2", "PULL_SECONDS": "0" })).await;
    dashboard.step(30_000).await;
    let seen = async |is_so: fn(&TaskDetail) -> bool| {
        eventually("the run", async || {
            Some(dashboard.get::<TaskDetail>("/api/history/tasks/TEST_APP/T-1").await).filter(is_so)
        })
        .await
    };
    dashboard.listed("T-1").await;
    seen(|detail| detail.row.is_over()).await;
    delete().await;
    dashboard.create("T-1", json!({ "ITERATIONS": "600", "PULL_SECONDS": "0" })).await;
    dashboard.step(5_000).await;
    seen(|detail| detail.runs == [1, 2]).await;
    for (query, run) in [("", 2), ("&run=1", 1), ("&run=2", 2)] {
        let mut events = Events::open(&dashboard, &format!("view=task&key=TEST_APP/T-1{query}"), None).await;
        let snapshot: LiveSnapshot = serde_json::from_str(&events.next().await.unwrap().data).unwrap();
        let ViewSnapshot::Task(Some(detail)) = snapshot.view else { panic!("no task") };
        assert_eq!((detail.row.run, detail.runs), (run, vec![1, 2]), "{query}");
    }
}
