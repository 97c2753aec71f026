//! Runs that Drove lists no longer, records that only events told of, and reads that hang.

use super::{
    gaps::record,
    replay::{Recording, Watched},
};
use crate::{
    drove_client::ClusterError,
    watcher::status::{ReadKind, Status},
};
use model::{
    Outcome, Source, TaskKey, TaskState, Timestamp,
    dashboard::{HistoryQuery, Phase, Tab, TaskRow},
};
use serde_json::{Value, json};

const EXECUTOR: &str = "/apis/v1/cluster/executors/e";

fn instance(id: &str) -> String {
    format!("/apis/v1/tasks/APP/instances/{id}")
}

/// What an executor says of itself and of these tasks.
fn detail(updated: i64, tasks: &[Value]) -> Value {
    json!({
        "type": "EXECUTOR", "hostname": "h", "port": 3000, "updated": updated, "executorState": "ACTIVE",
        "tags": ["h"], "tasks": tasks,
        "state": {"executorId": "e", "cpus": {"type": "CPU", "freeCores": {"0": [2]}, "usedCores": {"0": [1]}},
            "memory": {"type": "MEMORY", "freeMemory": {"0": 100}, "usedMemory": {"0": 64}}},
    })
}

async fn rows(watched: &Watched) -> Vec<TaskRow> {
    let all = HistoryQuery { tab: Tab::All, size: 500, ..HistoryQuery::default() };
    watched.ledger.page(&all).await.unwrap().rows
}

#[tokio::test]
async fn settles_all_tasks_of_a_killed_executor_by_one_answer() {
    let ids: Vec<String> = (0..50).map(|n| format!("t-{n}")).collect();
    let tasks: Vec<Value> = ids.iter().map(|id| record(id, "RUNNING", None)).collect();
    let paths: Vec<String> = ids.iter().map(|id| instance(id)).collect();
    let mut answers = vec![("/apis/v1/tasks", 0, json!(tasks)), ("/apis/v1/tasks", 9_900, json!([]))];
    answers.extend(paths.iter().zip(&ids).map(|(path, id)| (path.as_str(), 9_900, record(id, "LOST", Some("LOST")))));
    let mut watched = Watched::start(Recording::made(answers).with_event(100, "EXECUTOR_ADDED", json!({}))).await;
    watched.play_until(9_500).await;
    assert!(rows(&watched).await.iter().all(|row| row.phase == Phase::Active && !row.unlisted));
    let mut marked = 0;
    for step in 20..26 {
        watched.play_until(step * 500).await;
        marked = marked.max(rows(&watched).await.iter().filter(|row| row.unlisted || row.is_over()).count());
    }
    assert_eq!(marked, 50, "all are marked, or settled already");
    let lost = |rows: Vec<TaskRow>| rows.iter().filter(|row| row.outcome == Some(Outcome::Lost)).count();
    assert_eq!((lost(rows(&watched).await), watched.recording.asked(EXECUTOR)), (50, 1));
    watched.play_until(180_000).await;
    let told = rows(&watched).await;
    assert!(told.iter().all(|row| row.exit_code == Some(-1)), "Drove's own records are read later");
    assert!(paths.iter().all(|path| watched.recording.asked(path) == 1), "each once");
}

#[tokio::test]
async fn an_executor_that_still_runs_unlisted_tasks_makes_them_unmanaged() {
    let ids = ["a", "b", "c"];
    let tasks: Vec<Value> = ids.iter().map(|id| record(id, "RUNNING", None)).collect();
    let summary = json!({
        "executorId": "e", "hostname": "h", "port": 3000, "freeCores": 1, "usedCores": 1, "freeMemory": 100,
        "usedMemory": 64, "tags": ["h"], "state": "ACTIVE",
    });
    let mut watched = Watched::start(Recording::made(vec![
        ("/apis/v1/tasks", 0, json!(tasks)),
        ("/apis/v1/tasks", 4_000, json!([])),
        ("/apis/v1/cluster/executors", 0, json!([summary])),
        (EXECUTOR, 0, detail(1_800_000_000_000, &tasks)),
        (EXECUTOR, 12_000, detail(1_800_000_012_000, &tasks)),
    ]))
    .await;
    // Records cannot be read one by one here.
    *watched.recording.hanging.lock().unwrap() = Some("/apis/v1/tasks/APP/instances/a");
    watched.play_until(40_000).await;
    let unmanaged: Vec<bool> = rows(&watched).await.iter().map(|row| row.unmanaged).collect();
    assert_eq!(unmanaged, [true, true, true]);
}

#[tokio::test]
async fn reads_the_record_of_a_task_that_only_events_told_of() {
    let path = instance("t");
    let event = |state: &str| {
        json!({
            "APP_NAME": "APP", "TASK_ID": "t", "INSTANCE_ID": "TI-t", "EXECUTOR_ID": "e", "EXECUTABLE": "image:1",
            "CREATED": 1_800_000_003_000_i64, "CURRENT_STATE": state,
        })
    };
    let recording = Recording::made(vec![(path.as_str(), 0, record("t", "STOPPED", Some("SUCCESSFUL")))]);
    let recording = recording
        .with_event(3_100, "TASK_STATE_CHANGE", event("PROVISIONING"))
        .with_event(3_200, "TASK_STATE_CHANGE", event("RUNNING"))
        .with_event(3_300, "TASK_STATE_CHANGE", event("STOPPED"));
    let mut watched = Watched::start(recording).await;
    watched.play_until(3_500).await;
    assert_eq!(watched.detail(&TaskKey::new("APP", "t")).await.row.resources(), None, "not known, and not 0");
    watched.play_until(30_000).await;
    assert_eq!(watched.detail(&TaskKey::new("APP", "t")).await.row.resources(), Some((1, 64)));
    assert_eq!(watched.recording.asked(&path), 1);
}

#[tokio::test]
async fn a_read_that_hangs_does_not_hold_up_events() {
    let event = json!({
        "APP_NAME": "APP", "TASK_ID": "t", "INSTANCE_ID": "TI-t", "EXECUTOR_ID": "e", "EXECUTABLE": "image:1",
        "CREATED": 1_800_000_003_000_i64, "CURRENT_STATE": "RUNNING",
    });
    let recording = Recording::made(Vec::new()).with_event(3_100, "TASK_STATE_CHANGE", event);
    let mut watched = Watched::start(recording).await;
    *watched.recording.hanging.lock().unwrap() = Some("/apis/v1/cluster/executors");
    watched.round.begin_to_watch().await.unwrap();
    watched.play_until(20_000).await;
    let row = watched.detail(&TaskKey::new("APP", "t")).await.row;
    assert_eq!(row.state, Some(TaskState::Running));
    assert_eq!(watched.recording.asked("/apis/v1/cluster/executors"), 1, "it is not asked again while it hangs");
    assert!(watched.recording.asked("/apis/v1/tasks") >= 9);
}

#[tokio::test]
async fn names_the_record_that_a_paused_leader_rewrote() {
    let path = instance("t");
    let mut recording = Recording::made(vec![
        (path.as_str(), 0, record("t", "STOPPED", Some("SUCCESSFUL"))),
        (path.as_str(), 9_000, {
            let mut lost = record("t", "LOST", Some("LOST"));
            lost["updated"] = json!(1_800_000_009_000_i64);
            lost
        }),
    ]);
    for (at, state) in [(1_100, "RUNNING"), (6_300, "STOPPED")] {
        let mut event = json!({
            "APP_NAME": "APP", "TASK_ID": "t", "INSTANCE_ID": "TI-t", "EXECUTOR_ID": "e", "EXECUTABLE": "image:1",
            "CREATED": 1_800_000_001_000_i64, "CURRENT_STATE": state,
        });
        if state == "STOPPED" {
            event["RESULT_STATUS"] = json!("SUCCESSFUL");
            event["RESULT_EXIT_CODE"] = json!(0);
        }
        recording = recording.with_event(at, "TASK_STATE_CHANGE", event);
    }
    let mut watched = Watched::start(recording).await;
    watched.play_until(10_000).await;
    watched.another_leads();
    watched.play_until(30_000).await;
    let row = watched.detail(&TaskKey::new("APP", "t")).await.row;
    assert_eq!(
        (row.outcome, row.exit_code, row.record_says),
        (Some(Outcome::Successful), Some(0), Some(TaskState::Lost))
    );
}

#[test]
fn stale_is_cleared_only_by_the_read_that_failed() {
    let mut status = Status::default();
    let error = ClusterError::Timeout("no answer within 10 s".to_owned());
    status.answered(ReadKind::Executors, Timestamp(1_000));
    status.failed(ReadKind::Executors, &error, Timestamp(11_000));
    for second in 12..30 {
        status.answered(ReadKind::Events, Timestamp(second * 1_000));
        let stale = status.stale().expect("executors are still as old");
        assert_eq!((stale.since, stale.partial), (Timestamp(1_000), true));
        assert!(stale.reason.starts_with("the list of executors could not be read: "), "{}", stale.reason);
    }
    status.failed(ReadKind::Executors, &error, Timestamp(31_000));
    status.answered(ReadKind::Executors, Timestamp(32_000));
    assert_eq!(status.stale(), None);
}

#[tokio::test]
async fn the_log_dates_a_beginning_whose_events_came_late() {
    let line = |at: &str, state: &str| {
        format!(
            "INFO  | {at} | InstanceEngine | Current state: StateData(state={state}, data=X(instanceId=TI-t, a=b))\n"
        )
    };
    let log = line("2027-01-15 08:00:01,020", "PROVISIONING") + &line("2027-01-15 08:00:01,500", "RUNNING");
    let path = "/apis/v1/logfiles/tasks/APP/t/read/output.log";
    let mut recording = Recording::made(Vec::new()).with_plain(path, json!({"data": log, "offset": 0}));
    for (at, state) in [(32_600, "PROVISIONING"), (32_700, "RUNNING")] {
        let event = json!({
            "APP_NAME": "APP", "TASK_ID": "t", "INSTANCE_ID": "TI-t", "EXECUTOR_ID": "e", "EXECUTABLE": "image:1",
            "CREATED": 1_800_000_001_000_i64, "CURRENT_STATE": state,
        });
        recording = recording.with_event(at, "TASK_STATE_CHANGE", event);
    }
    let mut watched = Watched::start(recording).await;
    watched.play_until(60_000).await;
    let row = watched.detail(&TaskKey::new("APP", "t")).await.row;
    let began: Vec<_> = row.transitions.iter().map(|t| t.begun_by.clone().unwrap()).collect();
    assert_eq!(began.iter().map(|by| by.at.millis() - 1_800_000_000_000).collect::<Vec<_>>(), [1_020, 1_500]);
    assert!(began.iter().all(|by| by.source == Source::Log), "{began:?}");
    assert_eq!(watched.recording.asked(path), 1);
}
