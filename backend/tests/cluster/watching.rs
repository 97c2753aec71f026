//! What the watcher asks of a leader, and what it makes of a change.

use super::{
    controllers::Trick,
    dashboard::{Dashboard, JSON, answered, basic, config, create, eventually, request},
    fake::Fake,
};
use backend::config::{ClusterConfig, Credential};
use http::{Method, StatusCode};
use model::dashboard::{Phase, TaskDetail};
use std::time::{Duration, Instant};

async fn detail(dashboard: &Dashboard, id: &str) -> Option<TaskDetail> {
    let (status, answer) = dashboard.get(&format!("/api/history/tasks/TEST_APP/{id}")).await;
    (status == StatusCode::OK).then(|| serde_json::from_value(answer).unwrap())
}

async fn active(dashboard: &Dashboard, id: &str) -> TaskDetail {
    let is_active = |detail: &TaskDetail| detail.row.phase == Phase::Active && detail.info.is_some();
    eventually("the task", async || detail(dashboard, id).await.filter(is_active)).await
}

#[tokio::test]
async fn a_change_of_the_leader_is_a_gap_and_everything_is_read_again() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    assert_eq!(dashboard.operate(&create("before")).await.status(), StatusCode::OK);
    assert!(active(&dashboard, "before").await.gaps.is_empty());
    fake.lead(1);
    let after =
        eventually("the gap", async || detail(&dashboard, "before").await.filter(|detail| !detail.gaps.is_empty()))
            .await;
    assert_eq!(after.row.phase, Phase::Active);
    assert!(after.gaps[0].reason.contains("leader changed"), "{:?}", after.gaps);
    // Created past the dashboard: only the list and events of the new leader tell.
    fake.submit(&create("outside")).await;
    active(&dashboard, "outside").await;
}

#[tokio::test]
async fn a_leader_that_was_lost_for_a_moment_leaves_no_gap() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    assert_eq!(dashboard.operate(&create("first")).await.status(), StatusCode::OK);
    active(&dashboard, "first").await;
    fake.controllers[0].kill().await;
    let (status, _) = dashboard.get("/apis/v1/tasks").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    fake.controllers[0].revive().await;
    fake.controllers[0].set(super::controllers::Mode::Leads);
    dashboard.led().await;
    assert_eq!(dashboard.operate(&create("second")).await.status(), StatusCode::OK);
    active(&dashboard, "second").await;
    assert!(detail(&dashboard, "first").await.unwrap().gaps.is_empty());
}

#[tokio::test]
async fn the_watcher_keeps_to_its_budget() {
    let fake = Fake::start().await;
    let began = Instant::now();
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    for n in 0..30 {
        assert_eq!(dashboard.operate(&create(&format!("t-{n}"))).await.status(), StatusCode::OK);
    }
    for n in 0..30 {
        active(&dashboard, &format!("t-{n}")).await;
    }
    // At least a few seconds' worth of requests, however fast the above was.
    let own = || {
        let is_own = |value: &http::HeaderValue| value == &*basic("watcher");
        fake.arrivals().iter().filter(|a| a.headers.get("authorization").is_some_and(is_own)).count()
    };
    eventually("some requests", async || (own() >= 12).then_some(())).await;
    let seconds = began.elapsed().as_secs_f64();
    assert!(own() as f64 <= 3.0 * (seconds + 1.0), "{} requests in {seconds} s", own());
    assert!(began.elapsed() >= Duration::from_secs(3));
}

#[tokio::test]
async fn a_preview_reads_the_executors_again_by_the_callers_own_rights() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let spec = create("wish")["spec"].to_string();
    let preview = async || {
        let headers = [("authorization", &*basic("guest")), JSON];
        let request = request(Method::POST, "/api/placement/preview", &headers, spec.clone());
        let (status, answer) = answered(dashboard.send(request).await).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let rows = answer["matrix"]["rows"].as_array().cloned().unwrap_or_default();
        rows.iter().filter(|row| row["unread"] != true).count()
    };
    eventually("all untagged executors", async || (preview().await >= 5).then_some(())).await;
    let by_guest = fake.arrivals().into_iter().filter(|arrival| {
        let is_guest = |value: &http::HeaderValue| value == &*basic("guest");
        arrival.headers.get("authorization").is_some_and(is_guest)
    });
    let read: Vec<String> = by_guest.map(|arrival| arrival.uri.path().to_owned()).collect();
    assert!(read.iter().any(|path| path.starts_with("/apis/v1/cluster/executors/")), "{read:?}");
    assert!(read.len() <= 9, "not at each key that is pressed: {read:?}");
}

#[tokio::test]
async fn a_preview_waits_neither_for_a_slow_executor_nor_for_a_cluster_that_was_never_read() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let picture = || dashboard.cluster().picture.borrow().clone();
    let listed = eventually("the list", async || Some(picture()).filter(|picture| picture.executors.len() == 6)).await;
    let spec = create("wish")["spec"].to_string();
    let headers = [("authorization", &*basic("guest")), JSON];
    let preview = async |dashboard: &Dashboard| {
        let request = request(Method::POST, "/api/placement/preview", &headers, spec.clone());
        let (status, answer) = answered(dashboard.send(request).await).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    };
    let slow = format!("/apis/v1/cluster/executors/{}", listed.executors[0].summary.executor_id.as_str());
    for _ in 0..4 {
        fake.controllers[0].trick_for(&slow, Trick::Hangs);
    }
    let answer = preview(&dashboard).await;
    let rows = answer["matrix"]["rows"].as_array().unwrap();
    let read = rows.iter().filter(|row| row["unread"] != true).count();
    assert!(rows.len() == 6 && read >= 4, "all but the slow one, and the tagged one, were read: {answer}");
    assert!(answer.get("refusals").is_none(), "what was not read is not missing: {answer}");

    let account = Credential::basic("nobody", "wrong");
    let blind = Dashboard::of(vec![ClusterConfig { account, ..config("blind", &fake) }], None).await;
    blind.led().await;
    assert_eq!(preview(&blind).await["matrix"]["rows"], serde_json::json!([]));
}
