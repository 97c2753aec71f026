//! Operations are sent once, and what became of them is known in the end.

use super::{
    controllers::{Mode, Trick},
    dashboard::{Dashboard, OPERATIONS, answered, create, eventually, kill},
    fake::Fake,
};
use http::StatusCode;
use model::{
    Outcome, TaskState,
    dashboard::{AnswerKind, Phase, TaskDetail},
};

async fn detail(dashboard: &Dashboard, id: &str) -> Option<TaskDetail> {
    let (status, answer) = dashboard.get(&format!("/api/history/tasks/TEST_APP/{id}")).await;
    (status == StatusCode::OK).then(|| serde_json::from_value(answer).unwrap())
}

fn sent(fake: &Fake, id: &str) -> usize {
    let wanted = format!("\"{id}\"");
    let is_it = |body: &[u8]| String::from_utf8_lossy(body).contains(&wanted);
    fake.arrivals().iter().filter(|a| a.uri.path() == OPERATIONS && a.mode != Mode::Waits && is_it(&a.body)).count()
}

#[tokio::test]
async fn an_operation_whose_answer_is_lost_is_read_back() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    for (id, trick) in [("lost", Trick::LosesAnswer), ("half", Trick::HalfAnswers)] {
        fake.controllers[0].trick_for(OPERATIONS, trick);
        let (status, answer) = answered(dashboard.operate(&create(id)).await).await;
        assert_eq!(status, StatusCode::GATEWAY_TIMEOUT);
        assert!(answer["message"].as_str().unwrap().starts_with("outcome unknown: "), "{answer}");
        let settled = eventually("the outcome", async || {
            detail(&dashboard, id).await.filter(|detail| detail.submissions[0].answer == AnswerKind::Accepted)
        })
        .await;
        assert_eq!(settled.row.phase, Phase::Active);
        assert_eq!(sent(&fake, id), 1);
    }
}

#[tokio::test]
async fn an_operation_that_was_lost_ends_as_not_placed() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    fake.controllers[0].trick_for(OPERATIONS, Trick::LosesRequest);
    let response = dashboard.operate(&create("lost")).await;
    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
    let unknown = eventually("the intent", async || detail(&dashboard, "lost").await).await;
    assert_eq!(
        (unknown.row.phase, unknown.submissions[0].answer.clone()),
        (Phase::OutcomeUnknown, AnswerKind::Unknown)
    );
    let settled = eventually("the outcome", async || {
        detail(&dashboard, "lost").await.filter(|detail| detail.row.phase == Phase::Ended)
    })
    .await;
    assert_eq!((settled.row.outcome, sent(&fake, "lost")), (Some(Outcome::NotPlaced), 1));
}

#[tokio::test]
async fn a_task_that_somebody_else_created_meanwhile_is_not_ours() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    fake.controllers[0].trick_for(OPERATIONS, Trick::LosesRequest);
    let response = dashboard.operate(&create("theirs")).await;
    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
    // Past the dashboard, with another image.
    let mut other = create("theirs");
    other["spec"]["executable"]["url"] = "demo/chatty:1".into();
    fake.submit(&other).await;
    let theirs = eventually("their task", async || {
        detail(&dashboard, "theirs").await.filter(|detail| detail.row.image == "demo/chatty:1")
    })
    .await;
    assert!(theirs.spec.is_none() && theirs.row.submitter.is_none(), "{theirs:?}");
}

#[tokio::test]
async fn a_refused_connection_is_no_operation() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    fake.controllers[0].kill().await;
    let operation = create("moved");
    let (response, ()) = tokio::join!(dashboard.operate(&operation), async {
        tokio::task::yield_now().await;
        fake.lead(1);
    });
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(sent(&fake, "moved"), 1);
}

#[tokio::test]
async fn a_kill_whose_answer_is_lost_shows_by_its_effect() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    assert_eq!(dashboard.operate(&create("victim")).await.status(), StatusCode::OK);
    let is_running = |detail: &TaskDetail| detail.row.state == Some(TaskState::Running);
    eventually("the task", async || detail(&dashboard, "victim").await.filter(is_running)).await;
    fake.controllers[0].trick_for(OPERATIONS, Trick::LosesAnswer);
    let response = dashboard.operate(&kill("victim")).await;
    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
    let settled = eventually("the end", async || {
        detail(&dashboard, "victim").await.filter(|detail| detail.row.outcome.is_some())
    })
    .await;
    assert_eq!((settled.row.outcome, settled.submissions.len()), (Some(Outcome::Cancelled), 2));
    assert_eq!(settled.submissions[1].answer, AnswerKind::Accepted);
}
