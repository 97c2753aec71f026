//! Runs that do not go the usual way: several of one key, and those that Drove loses hold of.

use crate::support::{ADMIN, Dashboard, answered, create, eventually, get, request};
use http::{Method, StatusCode};
use model::{
    Outcome, TaskState,
    dashboard::{HistoryPage, IdState, TaskDetail},
};
use serde_json::{Value, json};

/// One run of TEST_APP/`id`, once it looks as wanted; the newest one without `run`.
async fn run(dashboard: &Dashboard, id: &str, run: Option<u32>, looks: impl Fn(&TaskDetail) -> bool) -> TaskDetail {
    let query = run.map_or_else(String::new, |run| format!("?run={run}"));
    let path = format!("/api/history/tasks/TEST_APP/{id}{query}");
    eventually("the run", async || {
        let (status, answer) = answered(dashboard.send(get(&path, &[("authorization", ADMIN)])).await).await;
        let detail = (status == StatusCode::OK).then(|| serde_json::from_value(answer).unwrap());
        detail.filter(|detail| looks(detail))
    })
    .await
}

async fn delete(dashboard: &Dashboard, id: &str) {
    let path = format!("/apis/v1/tasks/TEST_APP/instances/{id}");
    let request = request(Method::DELETE, &path, &[("authorization", ADMIN)], "");
    assert_eq!(dashboard.send(request).await.status(), StatusCode::OK);
}

pub fn kill(id: &str) -> Value {
    let op = json!({ "timeout": "300s", "parallelism": 1, "failureStrategy": "STOP" });
    json!({ "type": "KILL", "sourceAppName": "TEST_APP", "taskId": id, "opSpec": op })
}

#[tokio::test]
async fn several_runs_of_one_key_are_told_apart_and_kept() {
    let dashboard = Dashboard::start().await;
    dashboard.pause().await;
    dashboard.create("T-1", json!({ "ITERATIONS": "2", "PULL_SECONDS": "0", "EXIT_CODE": "3" })).await;
    dashboard.step(30_000).await;
    let first = run(&dashboard, "T-1", None, |detail| detail.row.outcome.is_some()).await;
    assert_eq!((first.runs.as_slice(), first.row.outcome.clone()), (&[1][..], Some(Outcome::Failed)));

    // Drove keeps the record, and with it the ID.
    let again = create("T-1", json!({ "ITERATIONS": "2", "PULL_SECONDS": "0" }));
    let (status, refused) = dashboard.post("/apis/v1/tasks/operations", &again).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    assert_eq!(run(&dashboard, "T-1", None, |_| true).await.runs, [1], "what was refused is no run");

    delete(&dashboard, "T-1").await;
    let free = async || match dashboard.get("/api/history/ids/TEST_APP/T-1").await {
        IdState::Free => Some(()),
        IdState::Live | IdState::Kept { .. } => None,
    };
    eventually("the ID to be free", free).await;
    dashboard.create("T-1", json!({ "ITERATIONS": "2", "PULL_SECONDS": "0" })).await;
    dashboard.step(30_000).await;

    let newest = run(&dashboard, "T-1", None, |detail| detail.row.run == 2 && detail.row.outcome.is_some()).await;
    assert_eq!((newest.runs.as_slice(), newest.row.outcome), (&[1, 2][..], Some(Outcome::Successful)));
    let kept = run(&dashboard, "T-1", Some(1), |_| true).await;
    assert_eq!((&kept.row.transitions, kept.runs.as_slice()), (&first.row.transitions, &[1, 2][..]));
    assert_eq!((&kept.row.outcome, &kept.row.submitted), (&first.row.outcome, &first.row.submitted));
    assert_eq!((kept.spec, kept.info), (first.spec, first.info));
    assert_ne!(newest.row.instance_id, first.row.instance_id);
    let list: HistoryPage = dashboard.get("/api/history/tasks?tab=all&q=T-1").await;
    let outcomes: Vec<_> = list.rows.iter().map(|row| (row.run, row.outcome.clone())).collect();
    assert_eq!(outcomes, [(2, Some(Outcome::Successful)), (1, Some(Outcome::Failed))]);
}

#[tokio::test]
async fn a_task_that_the_leader_lost_hold_of_is_shown_as_such_and_followed_to_its_end() {
    let dashboard = Dashboard::start().await;
    dashboard.pause().await;
    // With both timeouts at 3 s the leader loses its hold after 2.2 s (contract 5.5).
    let mut short = create("orphan", json!({ "ITERATIONS": "60", "PULL_SECONDS": "0" }));
    short["spec"]["executable"]["dockerPullTimeout"] = json!("3s");
    short["opSpec"]["timeout"] = json!("3s");
    let (status, answer) = dashboard.post("/apis/v1/tasks/operations", &short).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    dashboard.step(2_000).await;
    let held = run(&dashboard, "orphan", None, |detail| detail.row.state == Some(TaskState::Running)).await;
    assert!(!held.row.unmanaged);
    dashboard.step(5_000).await;
    let orphan = run(&dashboard, "orphan", None, |detail| detail.row.unmanaged).await;
    assert_eq!(orphan.row.state, Some(TaskState::Running));

    let (status, refused) = dashboard.post("/apis/v1/tasks/operations", &kill("orphan")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    let told = run(&dashboard, "orphan", None, |detail| detail.submissions.len() == 2).await;
    assert!(!told.row.kill_pending && !told.submissions[1].words.is_empty(), "{:?}", told.submissions);

    dashboard.step(120_000).await;
    let ended = run(&dashboard, "orphan", None, |detail| detail.row.outcome.is_some()).await;
    assert_eq!((ended.row.outcome, ended.runs.as_slice()), (Some(Outcome::Successful), &[1][..]));
}
