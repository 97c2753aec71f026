//! The leader is found, lost and found again.

use super::{
    controllers::{Controller, Mode, Trick},
    dashboard::{Dashboard, FROM_PAGE, OPERATIONS, answered, basic, create, eventually, get, request},
    fake::Fake,
};
use backend::upstream::{
    Change,
    endpoint::Endpoint,
    leader::{self, LeaderConfig},
    trust::Trust,
};
use futures_util::StreamExt;
use http::{Method, StatusCode, header};
use model::dashboard::{ClusterList, ControllerHealth};
use serde_json::json;
use std::sync::LazyLock;

async fn health(dashboard: &Dashboard) -> Vec<ControllerHealth> {
    let list: ClusterList = dashboard.read("/api/clusters").await;
    list.clusters[0].controllers.iter().map(|controller| controller.health.clone()).collect()
}

async fn is_led_by(dashboard: &Dashboard, leader: usize) {
    eventually("the leader", async || (health(dashboard).await[leader] == ControllerHealth::Leader).then_some(()))
        .await;
}

#[tokio::test]
async fn the_leader_is_followed_and_the_others_are_shown_with_their_health() {
    let fake = Fake::start().await;
    fake.lead(1);
    fake.controllers[2].kill().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let expected = [ControllerHealth::Standby, ControllerHealth::Leader, ControllerHealth::Unreachable];
    eventually("everybody's health", async || (health(&dashboard).await == expected).then_some(())).await;
    let list: ClusterList = dashboard.read("/clusters/prod/api/clusters").await;
    let why = list.clusters[0].controllers[2].detail.clone().unwrap();
    assert!(why.contains("refused"), "{why}");
    let asked = fake.arrivals();
    assert!(asked.iter().all(|arrival| arrival.mode == Mode::Leads), "only pings go to the others");
}

#[tokio::test]
async fn a_change_of_the_leader_is_not_seen_by_those_who_ask() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    for leader in [1, 2, 0] {
        fake.lead(leader);
        let (status, answer) = dashboard.get("/apis/v1/tasks").await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let response = dashboard.operate(&create(&format!("flip-{leader}"))).await;
        assert_eq!(response.status(), StatusCode::OK);
        is_led_by(&dashboard, leader).await;
    }
    let created = fake.arrivals().iter().filter(|a| a.uri.path() == OPERATIONS && a.mode == Mode::Leads).count();
    assert_eq!(created, 3, "each CREATE was carried out once");
}

#[tokio::test]
async fn a_dead_leader_is_replaced_as_soon_as_another_one_leads() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    fake.controllers[0].kill().await;
    // The first request waits a moment for the next leader, the second has one already.
    let (early, ()) = tokio::join!(dashboard.get("/apis/v1/tasks"), async {
        tokio::task::yield_now().await;
        fake.lead(1);
    });
    assert_eq!((early.0, dashboard.get("/apis/v1/tasks").await.0), (StatusCode::OK, StatusCode::OK));
    fake.controllers[0].revive().await;
    let expected = [ControllerHealth::Standby, ControllerHealth::Leader, ControllerHealth::Standby];
    eventually("the old leader as standby", async || (health(&dashboard).await == expected).then_some(())).await;
}

#[tokio::test]
async fn all_controllers_are_asked_again_and_again_only_while_none_leads() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let pings = || fake.controllers.iter().map(Controller::pings).collect::<Vec<_>>();
    let before = pings();
    let events = "/apis/v1/cluster/events/latest";
    let read = fake.controllers[0].count(events);
    // Once a second.
    eventually("some reads", async || (fake.controllers[0].count(events) >= read + 4).then_some(())).await;
    let asked: Vec<usize> = pings().iter().zip(before).map(|(now, before)| now - before).collect();
    assert!(asked[0] <= 1 && asked[1..].iter().all(|asked| *asked <= 2), "{asked:?}");

    fake.controllers[0].set(Mode::Waits);
    dashboard.get("/apis/v1/tasks").await;
    let before = pings();
    eventually("many questions", async || pings().iter().zip(&before).all(|(now, b)| *now >= b + 4).then_some(()))
        .await;
}

#[tokio::test]
async fn without_a_leader_everybody_is_told_to_come_back() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let (status, _) = dashboard.get("/api/history/tasks").await;
    assert_eq!(status, StatusCode::OK, "let in while there is a leader");
    fake.controllers[0].kill().await;
    let gone = async || {
        let response = dashboard.send(get("/apis/v1/tasks", &[("authorization", &basic("admin")), FROM_PAGE])).await;
        let retry_after = response.headers().contains_key(header::RETRY_AFTER);
        (answered(response).await, retry_after)
    };
    let ((status, answer), retry_after) = gone().await;
    assert_eq!((status, retry_after), (StatusCode::SERVICE_UNAVAILABLE, true));
    assert_eq!(answer["status"], "FAILED");
    assert_eq!(answer["message"], "the cluster has no leader at present; try again in a few seconds");

    let operation = dashboard.operate(&create("too-early")).await;
    assert_eq!(operation.status(), StatusCode::SERVICE_UNAVAILABLE);
    let (status, _) = dashboard.get("/api/history/tasks/TEST_APP/too-early").await;
    assert_eq!(status, StatusCode::NOT_FOUND, "it left no intent");

    let list: ClusterList = dashboard.read("/api/clusters").await;
    let cluster = list.clusters[0].status.clone().unwrap();
    assert!(cluster.leader.is_none() && cluster.stale.is_some(), "the last good data stays, and says so: {cluster:?}");

    fake.lead(2);
    dashboard.led().await;
    eventually("fresh data", async || {
        let list: ClusterList = dashboard.read("/api/clusters").await;
        list.clusters[0].status.clone().unwrap().stale.is_none().then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_refusal_in_chunks_is_one_and_whatever_else_comes_so_is_passed_on_whole() {
    const REFUSAL: &str = r#"{"status":"FAILED","message":"This node is not the leader controller"}"#;
    static LONG: LazyLock<String> = LazyLock::new(|| format!("{:?}", "x".repeat(5000)));
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    fake.controllers[0].trick_for(OPERATIONS, Trick::Chunks(400, REFUSAL));
    assert_eq!(dashboard.operate(&create("again")).await.status(), StatusCode::OK);
    assert_eq!(fake.controllers[0].count(OPERATIONS), 2);

    let path = "/apis/v1/applications";
    fake.controllers[0].trick_for(path, Trick::Chunks(400, &LONG));
    let (status, answer) = dashboard.get(path).await;
    assert_eq!((status, answer.as_str().map(str::len)), (StatusCode::BAD_REQUEST, Some(5000)));
}

#[tokio::test]
async fn a_leader_that_hangs_is_left() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    fake.controllers[0].set(Mode::Hangs);
    fake.lead(1);
    let (status, answer) = dashboard.get("/apis/v1/tasks").await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    is_led_by(&dashboard, 1).await;
}

#[tokio::test]
async fn a_read_is_repeated_once() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    // A path of its own, so that the watcher's reads do not meet the tricks.
    let path = "/apis/v1/applications";
    let arrived = |fake: &Fake| fake.arrivals().iter().filter(|a| a.uri.path() == path).count();
    for trick in [Trick::HalfAnswers, Trick::LosesAnswer, Trick::LosesRequest] {
        let before = arrived(&fake);
        fake.controllers[0].trick_for(path, trick);
        assert_eq!(dashboard.get(path).await.0, StatusCode::OK);
        assert_eq!(arrived(&fake) - before, 2);
    }
    fake.controllers[0].trick_for(path, Trick::LosesAnswer);
    fake.controllers[0].trick_for(path, Trick::HalfAnswers);
    let (status, answer) = dashboard.get(path).await;
    assert_eq!((status, &answer["status"]), (StatusCode::GATEWAY_TIMEOUT, &"FAILED".into()), "{answer}");
}

#[tokio::test]
async fn where_pings_are_refused_clients_with_credentials_still_find_the_leader() {
    let fake = Fake::start().await;
    let mut config = super::dashboard::config("prod", &fake);
    config.account = None;
    let dashboard = Dashboard::of(vec![config], None).await;
    for leader in [0, 2, 1] {
        fake.lead(leader);
        eventually("the leader", async || (dashboard.get("/apis/v1/tasks").await.0 == StatusCode::OK).then_some(()))
            .await;
    }
}

#[tokio::test]
async fn a_large_operation_goes_to_the_next_leader_too() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let mut large = create("large");
    large["spec"]["env"] = json!({ "LONG": "x".repeat(200 << 10) });
    let refusal = r#"{"status":"FAILED","message":"This node is not the leader controller"}"#;
    fake.controllers[0].trick_for(OPERATIONS, Trick::Answers(400, "application/json", refusal));
    assert_eq!(dashboard.operate(&large).await.status(), StatusCode::OK);
    let arrived = fake.arrivals().into_iter().filter(|arrival| arrival.uri.path() == OPERATIONS);
    let sizes: Vec<_> = arrived.map(|arrival| arrival.body.len()).collect();
    assert!(sizes.len() == 2 && sizes[0] == sizes[1] && sizes[0] > 200 << 10, "{sizes:?}");
}

#[tokio::test]
async fn head_finds_the_next_leader_though_a_refusal_of_it_says_nothing() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let admin = basic("admin");
    let head = async || {
        let headers = [("authorization", &*admin)];
        dashboard.send(request(Method::HEAD, "/apis/v1/tasks", &headers, "")).await.status()
    };
    fake.lead(1);
    assert_eq!(head().await, StatusCode::OK);
    fake.controllers[1].trick_for("/apis/v1/tasks", Trick::Answers(400, "text/html", ""));
    assert_eq!(head().await, StatusCode::BAD_REQUEST, "what a leader refuses is refused");
}

#[tokio::test]
async fn whoever_begins_to_listen_is_told_who_leads() {
    let fake = Fake::start().await;
    let controllers: Vec<Endpoint> = fake.addresses().iter().map(|address| address.parse().unwrap()).collect();
    let told = [Change::Leader(Some(controllers[0].authority().to_owned()))];
    let trust = Trust::default();
    let (upstream, _) = leader::upstream(LeaderConfig { controllers, credential: None, trust }).unwrap();
    assert_eq!(upstream.changes().next().await.unwrap(), told, "when it is found");
    assert_eq!(upstream.changes().next().await.unwrap(), told, "and afterwards");
}
