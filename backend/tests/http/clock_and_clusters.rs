use crate::support::{Dashboard, answered, get};
use http::StatusCode;
use model::dashboard::{ClockState, ClusterList};
use serde_json::{Value, json};

#[tokio::test]
async fn demo_time_stands_jumps_and_goes_on() {
    let dashboard = Dashboard::start().await;
    let change = async |body: Value| -> ClockState {
        let (status, answer) = dashboard.post("/api/demo/clock", &body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        serde_json::from_value(answer).unwrap()
    };
    let stood = change(json!({ "action": "pause" })).await;
    let list: ClusterList = dashboard.get("/api/clusters").await;
    assert_eq!(list.clusters[0].clock_paused, Some(stood.now));
    let stepped = change(json!({ "action": "step", "millis": 90_000 })).await;
    assert_eq!((stepped.now.millis() - stood.now.millis(), stepped.paused), (90_000, true));
    assert!(!change(json!({ "action": "resume" })).await.paused);
}

#[tokio::test]
async fn the_clusters_served_are_listed_with_their_leader() {
    let dashboard = Dashboard::start().await;
    let list: ClusterList = dashboard.get("/clusters/demo/api/clusters").await;
    let [demo] = &list.clusters[..] else { panic!("{list:?}") };
    assert_eq!((demo.name.as_str(), demo.simulated, demo.kill_before_running), ("demo", true, true));
    assert!(demo.leader.is_some());
    assert_eq!((demo.executors, demo.active_executors), (6, 6));
}

#[tokio::test]
async fn machines_may_ask_without_credentials_whether_it_is_ready() {
    let dashboard = Dashboard::start().await;
    let (status, answer) = answered(dashboard.send(get("/readyz", &[])).await).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({ "status": "ready" })));
    let (status, _) = answered(dashboard.send(get("/healthz", &[])).await).await;
    assert_eq!(status, StatusCode::OK);
}
