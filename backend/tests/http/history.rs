use crate::support::{ADMIN, Dashboard, answered, create, eventually, get, taken};
use http::StatusCode;
use model::{
    Outcome, TaskState,
    dashboard::{AnswerKind, Door, HistoryPage, IdState, TaskDetail},
};
use serde_json::{Value, json};
use std::io::Read;

async fn detail(dashboard: &Dashboard, id: &str) -> Option<TaskDetail> {
    let path = format!("/api/history/tasks/TEST_APP/{id}");
    let (status, answer) = answered(dashboard.send(get(&path, &[("authorization", ADMIN)])).await).await;
    (status == StatusCode::OK).then(|| serde_json::from_value(answer).unwrap())
}

#[tokio::test]
async fn a_task_is_kept_from_its_submission_to_its_end() {
    let dashboard = Dashboard::start().await;
    dashboard.pause().await;
    dashboard.create("T-1", json!({ "ITERATIONS": "2", "EXIT_CODE": "3", "PULL_SECONDS": "1" })).await;
    let accepted = eventually("the row", async || detail(&dashboard, "T-1").await).await;
    let submission = &accepted.submissions[0];
    assert_eq!((&submission.user, &submission.door), (&Some("admin".to_owned()), &Door::Api));
    assert_eq!(accepted.spec.unwrap()["env"]["EXIT_CODE"], "3");

    dashboard.step(60_000).await;
    let ended =
        eventually("the end", async || detail(&dashboard, "T-1").await.filter(|detail| detail.row.outcome.is_some()))
            .await;
    assert_eq!((ended.row.outcome, ended.row.exit_code), (Some(Outcome::Failed), Some(3)));
    assert_eq!(ended.submissions[0].answer, AnswerKind::Accepted);
    let states: Vec<&TaskState> = ended.row.transitions.iter().map(|transition| &transition.state).collect();
    assert!(states.contains(&&TaskState::Running) && states.last() == Some(&&TaskState::Stopped), "{states:?}");

    let finished: HistoryPage = dashboard.get("/api/history/tasks?tab=finished&outcome=failed&q=T-").await;
    assert_eq!((finished.rows.len(), finished.matching.n), (1, 1));
    let active: HistoryPage = dashboard.get("/api/history/tasks?q=T-").await;
    assert_eq!((active.rows.len(), active.counts.finished.n), (0, 1));
}

#[tokio::test]
async fn what_was_refused_is_no_task_and_what_fits_nowhere_is_one() {
    let dashboard = Dashboard::start().await;
    dashboard.pause().await;
    let mut large = create("too-large", json!({}));
    large["spec"]["resources"][0]["count"] = json!(500);
    let (status, answer) = dashboard.post("/apis/v1/tasks/operations", &large).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    assert!(detail(&dashboard, "too-large").await.is_none_or(|detail| detail.row.outcome.is_none()));

    // Validation lets rules pass, and the scheduler counts none as true.
    let mut ruled = create("by-rule", json!({}));
    ruled["spec"]["placementPolicy"] = json!({ "type": "RULE_BASED", "rule": "true", "ruleType": "MVEL" });
    let (status, answer) = dashboard.post("/apis/v1/tasks/operations", &ruled).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    dashboard.step(20_000).await;
    let unplaced = eventually("the verdict", async || {
        detail(&dashboard, "by-rule").await.filter(|detail| detail.row.outcome == Some(Outcome::NotPlaced))
    })
    .await;
    assert!(unplaced.matrix.is_some(), "with the matrix of that moment");
}

#[tokio::test]
async fn what_is_not_known_is_told() {
    let dashboard = Dashboard::start().await;
    for path in ["/api/history/tasks/TEST_APP/none", "/api/history/tasks/TEST_APP/none?run=2"] {
        let (status, answer) = answered(dashboard.send(get(path, &[("authorization", ADMIN)])).await).await;
        assert_eq!((status, answer["message"].is_string()), (StatusCode::NOT_FOUND, true), "{path}");
    }
    let strange: Value = dashboard.get("/api/history/tasks?sort=luck&page=-1&size=many&unknown=1").await;
    assert_eq!(strange["rows"], json!([]), "an old link works");
    let (status, _) =
        answered(dashboard.send(get("/api/history/tasks/A/B?run=x", &[("authorization", ADMIN)])).await).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_id_that_nobody_has_heard_of_is_free_and_no_failure() {
    let dashboard = Dashboard::start().await;
    dashboard.pause().await;
    assert_eq!(dashboard.get::<IdState>("/api/history/ids/TEST_APP/T-1").await, IdState::Free);
    dashboard.create("T-1", json!({ "ITERATIONS": "2", "PULL_SECONDS": "1" })).await;
    dashboard.listed("T-1").await;
    assert_eq!(dashboard.get::<IdState>("/api/history/ids/TEST_APP/T-1").await, IdState::Live);
    dashboard.step(60_000).await;
    let until = eventually("the end", async || match dashboard.get("/api/history/ids/TEST_APP/T-1").await {
        IdState::Kept { until } => Some(until),
        IdState::Free | IdState::Live => None,
    })
    .await;
    let known = detail(&dashboard, "T-1").await.unwrap();
    assert_eq!(known.id_taken_until, Some(until));
    assert!(until > known.now, "Drove keeps the record of a task that has just ended");
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_can_read_it() {
    let dashboard = Dashboard::start().await;
    dashboard.create("T-1", json!({ "ITERATIONS": "2", "PULL_SECONDS": "1" })).await;
    dashboard.listed("T-1").await;
    let ask = async |encodings| {
        let headers = [("authorization", ADMIN), ("accept-encoding", encodings)];
        let response = dashboard.send(get("/api/history/tasks", &headers)).await;
        assert_eq!(response.headers()["vary"], "Accept-Encoding");
        let encoding = response.headers().get("content-encoding").cloned();
        (encoding, taken(response).await.1)
    };
    let (encoding, compressed) = ask("gzip, deflate, br").await;
    assert_eq!(encoding.unwrap(), "gzip");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&compressed[..]).read_to_string(&mut text).unwrap();
    let page: HistoryPage = serde_json::from_str(&text).unwrap();
    assert_eq!(page.rows.len(), 1);
    assert!(compressed.len() < text.len(), "{} of {}", compressed.len(), text.len());
    let (encoding, plain) = ask("br").await;
    assert_eq!((encoding, serde_json::from_slice::<HistoryPage>(&plain).unwrap().rows.len()), (None, 1));
}
