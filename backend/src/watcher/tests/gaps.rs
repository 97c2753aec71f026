//! What nobody saw, and what executors have that no list shows.

use super::replay::{Recording, Watched};
use model::{
    Outcome, TaskKey, TaskState,
    dashboard::{HistoryQuery, Phase, Tab},
};
use serde_json::{Value, json};

fn key(id: &str) -> TaskKey {
    TaskKey::new("APP", id)
}

/// A record of a run of one core and 64 MB on executor `e`.
pub(super) fn record(id: &str, state: &str, result: Option<&str>) -> Value {
    let mut record = json!({
        "sourceAppName": "APP", "taskId": id, "instanceId": format!("TI-{id}"), "executorId": "e", "hostname": "h",
        "executable": {"type": "DOCKER", "url": "image:1", "dockerPullTimeout": "100s"},
        "resources": [{"type": "CPU", "cores": {"0": [1]}}, {"type": "MEMORY", "memoryInMB": {"0": 64}}],
        "state": state, "metadata": {}, "errorMessage": "", "created": 1_800_000_000_000_i64,
        "updated": 1_800_000_006_000_i64,
    });
    if let Some(status) = result {
        record["taskResult"] = json!({"status": status, "exitCode": if status == "SUCCESSFUL" { 0 } else { -1 }});
    }
    record
}

#[tokio::test]
async fn what_ended_while_nobody_saw_is_looked_up_before_it_counts_as_not_placed() {
    let ids: Vec<String> = (0..60).map(|n| format!("t-{n}")).collect();
    let paths: Vec<String> = ids.iter().map(|id| format!("/apis/v1/tasks/APP/instances/{id}")).collect();
    let ended = paths.iter().zip(&ids).map(|(path, id)| (path.as_str(), 0, record(id, "STOPPED", Some("SUCCESSFUL"))));
    let recording = Recording::made(ended.collect()).with_event(100, "EXECUTOR_ADDED", json!({}));
    let mut watched = Watched::start(recording).await;
    watched.play_until(5_000).await;
    for id in &ids {
        watched.create(id).await;
    }
    watched.another_leads();
    watched.play_until(120_000).await;
    let all = HistoryQuery { tab: Tab::All, size: 500, ..HistoryQuery::default() };
    let page = watched.ledger.page(&all).await.unwrap();
    let successful = page.rows.iter().filter(|row| row.outcome == Some(Outcome::Successful)).count();
    assert_eq!((page.rows.len(), successful), (60, 60));
    let gaps = watched.detail(&key("t-0")).await.gaps;
    assert_eq!(gaps.len(), 1);
    let began = watched.recording.began;
    assert_eq!((gaps[0].from.millis() - began, gaps[0].to.millis() - began), (5_000, 5_500), "read until then");
}

#[tokio::test]
async fn a_restart_soon_after_a_gap_does_not_repeat_it() {
    let recording = Recording::made(vec![("/apis/v1/tasks", 0, json!([record("t", "RUNNING", None)]))]);
    let mut watched = Watched::start(recording.with_event(100, "EXECUTOR_ADDED", json!({}))).await;
    watched.play_until(5_000).await;
    watched.another_leads();
    watched.play_until(8_000).await;
    for restart in 1..4 {
        watched.go_to(8_000 + restart * 1_000);
        watched.restart().await;
    }
    assert_eq!(watched.detail(&key("t")).await.gaps.len(), 1);
}

#[tokio::test]
async fn a_task_that_only_its_executor_knows_is_found_and_takes_room() {
    let detail = json!({
        "type": "EXECUTOR", "hostname": "h", "port": 3000, "updated": 1_800_000_000_000_i64, "executorState": "ACTIVE",
        "tags": ["h"], "tasks": [record("orphan", "RUNNING", None)],
        "state": {"executorId": "e", "cpus": {"type": "CPU", "freeCores": {"0": [2]}, "usedCores": {"0": [1]}},
            "memory": {"type": "MEMORY", "freeMemory": {"0": 100}, "usedMemory": {"0": 64}}},
    });
    let summary = json!({
        "executorId": "e", "hostname": "h", "port": 3000, "freeCores": 1, "usedCores": 1, "freeMemory": 100,
        "usedMemory": 64, "tags": ["h"], "state": "ACTIVE",
    });
    let mut watched = Watched::start(Recording::made(vec![
        ("/apis/v1/cluster/executors", 0, json!([summary])),
        ("/apis/v1/cluster/executors/e", 0, detail),
        ("/apis/v1/tasks/APP/instances/orphan", 0, record("orphan", "RUNNING", None)),
    ]))
    .await;
    watched.round.begin_to_watch().await.unwrap();
    let view = watched.picture.borrow().view.executors.clone();
    assert!(view[0].unread && view[0].numa[&0].total_cores == 2, "it is known before its detail is: {view:?}");
    watched.play_until(30_000).await;
    let row = watched.detail(&key("orphan")).await.row;
    assert_eq!((row.phase, row.state, row.unmanaged), (Phase::Active, Some(TaskState::Running), true));
    let view = watched.picture.borrow().view.executors.clone();
    assert_eq!((view.len(), view[0].unread, view[0].numa[&0].free_cores), (1, false, 1), "its core is not free");
}

#[tokio::test]
async fn what_was_lost_is_looked_up_again_after_a_gap() {
    let path = "/apis/v1/tasks/APP/instances/t";
    let recording = Recording::made(vec![
        ("/apis/v1/tasks", 0, json!([record("t", "RUNNING", None)])),
        ("/apis/v1/tasks", 2_500, json!([])),
        (path, 0, record("t", "LOST", Some("LOST"))),
        (path, 15_000, record("t", "STOPPED", Some("SUCCESSFUL"))),
    ]);
    let mut watched = Watched::start(recording.with_event(100, "EXECUTOR_ADDED", json!({}))).await;
    watched.play_until(20_000).await;
    assert_eq!(watched.detail(&key("t")).await.row.outcome, Some(Outcome::Lost));
    watched.another_leads();
    watched.play_until(30_000).await;
    assert_eq!(watched.detail(&key("t")).await.row.outcome, Some(Outcome::Successful));
}
