//! A ledger that another process locks: everything but the record goes on.

use super::{
    dashboard::{Dashboard, answered, basic, create, eventually, get, request},
    events::Events,
    fake::Fake,
};
use backend::ledger::Observation;
use http::{Method, StatusCode};
use model::{
    Outcome, Timestamp,
    dashboard::{AnswerKind, ClusterStatus, LiveNotice, LiveSnapshot, Phase, TaskDetail},
};
use sqlx::SqliteConnection;

async fn follow(dashboard: &Dashboard, query: &str) -> Events {
    let path = format!("/api/live?{query}");
    let request = request(Method::GET, &path, &[("authorization", &basic("admin"))], "");
    Events::of(dashboard.send(request).await)
}

/// Reads until an event tells such a status; the event's name and that status.
async fn status(events: &mut Events, looks: impl Fn(&ClusterStatus) -> bool) -> (String, ClusterStatus) {
    loop {
        let event = events.next().await.expect("the stream goes on");
        let cluster = match event.name.as_str() {
            "snapshot" => serde_json::from_str::<LiveSnapshot>(&event.data).unwrap().cluster,
            "notice" => serde_json::from_str::<LiveNotice>(&event.data).unwrap().cluster,
            _ => continue,
        };
        if looks(&cluster) {
            return (event.name, cluster);
        }
    }
}

/// A dashboard that has read its cluster, in which a task runs, and a lock on its ledger.
async fn locked(fake: &Fake) -> (Dashboard, Events, SqliteConnection) {
    let dashboard = Dashboard::start(fake).await;
    dashboard.led().await;
    let mut events = follow(&dashboard, "view=tasks&tab=all").await;
    status(&mut events, |status| status.stale.is_none() && status.leader.is_some()).await;
    let lock = dashboard.lock_ledger("prod").await;
    (dashboard, events, lock)
}

#[tokio::test]
async fn status_is_live_while_the_ledger_is_locked() {
    let fake = Fake::start().await;
    let (dashboard, mut events, lock) = locked(&fake).await;
    let (name, _) = status(&mut events, |status| status.not_recording.is_some()).await;
    assert_eq!(name, "notice", "the rows wait, the banner does not");
    let (_, answer) = answered(dashboard.send(get("/readyz", &[])).await).await;
    let failed: Vec<_> = answer["checks"].as_array().unwrap().iter().filter(|check| check["ok"] == false).collect();
    assert_eq!((failed.len(), failed[0]["check"].as_str()), (1, Some("ledger")), "{answer}");

    let mut late = follow(&dashboard, "view=tasks").await;
    assert!(status(&mut late, |_| true).await.1.not_recording.is_some(), "a new page is told at once");
    for controller in &fake.controllers {
        controller.kill().await;
    }
    let (_, without) = status(&mut events, |status| status.leader.is_none()).await;
    assert!(without.stale.is_some() && without.not_recording.is_some(), "{without:?}");
    for controller in &fake.controllers {
        controller.revive().await;
    }
    fake.lead(1);
    let (_, with) = status(&mut events, |status| status.leader.is_some() && status.stale.is_none()).await;
    assert!(with.not_recording.is_some() && with.active_executors > 0, "{with:?}");

    drop(lock);
    let (name, after) = status(&mut events, |status| status.not_recording.is_none()).await;
    if name == "notice" {
        assert_eq!(status(&mut events, |_| true).await.0, "snapshot", "every page begins afresh");
    }
    assert_eq!((after.stale, after.leader.is_some()), (None, true));
}

#[tokio::test]
async fn executors_are_read_while_the_ledger_is_locked() {
    let fake = Fake::start().await;
    let (dashboard, mut events, _lock) = locked(&fake).await;
    status(&mut events, |status| status.not_recording.is_some()).await;
    let path = "/apis/v1/cluster/executors";
    let (_, answer) = dashboard.get(path).await;
    let executor = answer["data"][0]["executorId"].as_str().unwrap().to_owned();
    let (code, _) = answered(
        dashboard
            .send(request(
                Method::POST,
                &format!("{path}/blacklist?id={executor}"),
                &[("authorization", &basic("admin"))],
                "",
            ))
            .await,
    )
    .await;
    assert_eq!(code, StatusCode::OK);
    let all = dashboard.cluster().view().executors.len();
    let active = u64::try_from(all).unwrap() - 1;
    status(&mut events, |status| status.active_executors == active).await;
}

#[tokio::test]
async fn operations_are_sent_at_once_and_recorded_with_their_answers_when_the_lock_is_gone() {
    let fake = Fake::start().await;
    let (dashboard, _events, lock) = locked(&fake).await;
    let response = dashboard.operate(&create("early")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["dashboard-ledger"], "unavailable");
    let mut invalid = create("invalid");
    invalid["spec"]["resources"] = serde_json::json!([]);
    assert_eq!(dashboard.operate(&invalid).await.status(), StatusCode::BAD_REQUEST);

    drop(lock);
    let settled = |detail: &TaskDetail| detail.row.phase == Phase::Active && !detail.submissions.is_empty();
    let early = eventually("the late record", async || {
        let (status, answer) = dashboard.get("/api/history/tasks/TEST_APP/early").await;
        let detail = (status == StatusCode::OK).then(|| serde_json::from_value::<TaskDetail>(answer).unwrap());
        detail.filter(settled)
    })
    .await;
    assert_eq!(early.submissions.len(), 1);
    assert_eq!(early.submissions[0].answer, AnswerKind::Accepted);
    assert_eq!((early.runs.as_slice(), early.row.outcome.clone()), (&[1][..], None::<Outcome>));
    assert_eq!(early.row.submitter.as_deref(), Some("admin"));
    assert!(early.gaps.is_empty(), "the events were read afterwards: {:?}", early.gaps);
    eventually("the settled refusal", async || (dashboard.cluster().ledger.unstored() == 0).then_some(())).await;
    let response = dashboard.operate(&create("later")).await;
    assert!(response.status() == StatusCode::OK && !response.headers().contains_key("dashboard-ledger"));
}

#[tokio::test]
async fn stops_although_facts_cannot_be_stored() {
    let fake = Fake::start().await;
    let (dashboard, mut events, _lock) = locked(&fake).await;
    status(&mut events, |status| status.not_recording.is_some()).await;
    let ledger = dashboard.cluster().ledger.clone();
    let fact = Observation::Leader { at: Timestamp(1), leader: "ctl-9:10000".to_owned() };
    assert!(ledger.try_observe(vec![fact]).await.is_err());
    assert_eq!(ledger.unstored(), 1);
    dashboard.stop().await;
}
