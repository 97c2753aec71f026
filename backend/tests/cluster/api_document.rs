//! The description of `/api` against what a dashboard in front of a real cluster answers: what the demo has not (its
//! controllers), and everything that goes wrong.

use crate::{
    controllers::{Mode, Trick},
    dashboard::{Dashboard, FROM_PAGE, JSON, basic, create, eventually, get, kill, request},
    description::Description,
    fake::Fake,
};
use axum::body::Body;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

const LOGS: &str = "/api/logs/{app}/{id}";
const LOG: &str = "/api/logs/TEST_APP/T-1";

fn read(path: &str) -> Request<Body> {
    get(path, &[("authorization", &basic("admin"))])
}

fn write(method: Method, path: &str, body: &Value) -> Request<Body> {
    request(method, path, &[("authorization", &basic("admin")), JSON, FROM_PAGE], body.to_string())
}

/// A dashboard that has read all of a cluster with one task.
async fn at_work(fake: &Fake) -> Dashboard {
    let dashboard = Dashboard::start(fake).await;
    dashboard.led().await;
    assert_eq!(dashboard.operate(&create("T-1")).await.status(), StatusCode::OK);
    eventually("the files of the log", async || (dashboard.get(LOG).await.0 == StatusCode::OK).then_some(())).await;
    dashboard
}

#[tokio::test]
async fn what_is_answered_for_a_real_cluster_is_described() {
    let fake = Fake::start().await;
    let dashboard = at_work(&fake).await;
    let mut api = Description::of(&dashboard.site).await;
    let ok = StatusCode::OK;
    let clusters = eventually("the standing of all controllers", async || {
        let clusters = api.hold("/api/clusters", read("/api/clusters"), ok).await;
        let controllers = clusters["clusters"][0]["controllers"].as_array().unwrap().clone();
        (controllers.iter().filter(|controller| controller["health"] == "STANDBY").count() == 2).then_some(controllers)
    })
    .await;
    assert_eq!(clusters.len(), 3);
    api.hold("/api/history/tasks", read("/api/history/tasks?tab=all"), ok).await;
    let detail = read("/api/history/tasks/TEST_APP/T-1");
    let detail = api.hold("/api/history/tasks/{app}/{id}", detail, ok).await;
    assert!(detail["spec"].is_object() && detail["submissions"][0].is_object(), "{detail}");
    let preview = "/api/placement/preview";
    let preview = api.hold(preview, write(Method::POST, preview, &create("T-2")["spec"]), ok).await;
    assert!(preview["matrix"].is_object(), "{preview}");
    api.hold(LOGS, read(LOG), ok).await;
    let session = "/api/session";
    api.hold(session, read(session), ok).await;
    let sign_in = json!({ "user": "guest", "password": "guest" });
    api.hold(session, write(Method::POST, session, &sign_in), ok).await;
    api.hold(session, write(Method::DELETE, session, &Value::Null), ok).await;

    let live = |query: &str| read(&format!("/api/live?{query}"));
    let log = live("view=task&key=TEST_APP/T-1&log=output.log");
    api.follow(log, &["snapshot", "log", "delta"], async |seen| {
        if seen == "log" {
            assert_eq!(dashboard.operate(&kill("T-1")).await.status(), StatusCode::OK);
        }
    })
    .await;
    api.follow(live("view=executors"), &["snapshot", "delta"], async |_| {}).await;
    api.follow(live("view=tasks&tab=all"), &["snapshot", "delta", "notice"], async |seen| match seen {
        "snapshot" => assert_eq!(dashboard.operate(&create("T-2")).await.status(), StatusCode::OK),
        // Without a leader.
        _ => fake.controllers[0].set(Mode::Waits),
    })
    .await;
}

#[tokio::test]
async fn whatever_goes_wrong_in_a_real_cluster_is_described() {
    let fake = Fake::start().await;
    let dashboard = at_work(&fake).await;
    let mut api = Description::of(&dashboard.site).await;
    let leader = &fake.controllers[0];
    let tricked = "/apis/v1/logfiles/tasks/TEST_APP/T-1/list";
    let arrived = leader.count(tricked);
    assert!(arrived > 0);
    api.hold(LOGS, get(LOG, &[]), StatusCode::UNAUTHORIZED).await;
    api.hold(LOGS, get(LOG, &[("authorization", &basic("norole"))]), StatusCode::FORBIDDEN).await;
    api.hold(LOGS, read("/api/logs/TEST_APP/T-9"), StatusCode::NOT_FOUND).await;
    leader.trick_for(tricked, Trick::Answers(502, "text/html", "<html>a gateway</html>"));
    api.hold(LOGS, read(LOG), StatusCode::BAD_GATEWAY).await;
    // A read is sent twice before it is given up.
    for _ in 0..2 {
        leader.trick_for(tricked, Trick::LosesAnswer);
    }
    api.hold(LOGS, read(LOG), StatusCode::GATEWAY_TIMEOUT).await;
    for controller in &fake.controllers {
        controller.kill().await;
    }
    let lost = api.hold(LOGS, read(LOG), StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(lost["message"].is_string(), "{lost}");
    api.hold("/api/clusters", read("/api/clusters"), StatusCode::OK).await;
    api.hold("/api/history/tasks", read("/api/history/tasks"), StatusCode::OK).await;
}
