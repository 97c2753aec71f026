//! What those who run the dashboard see of a cluster whose controllers come and go.

use super::{
    controllers::{Mode, Trick},
    dashboard::{Dashboard, OPERATIONS, answered, config, create, eventually, get, taken},
    fake::Fake,
    log::Log,
};
use http::StatusCode;
use serde_json::{Value, json};

/// A sample of `/metrics`.
async fn sample(dashboard: &Dashboard, name: &str) -> f64 {
    let (status, body) = taken(dashboard.send(get("/metrics", &[])).await).await;
    assert_eq!(status, StatusCode::OK);
    let text = String::from_utf8(body.to_vec()).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is not in {text}")).parse().unwrap()
}

async fn readiness(dashboard: &Dashboard) -> (StatusCode, Value) {
    answered(dashboard.send(get("/readyz", &[])).await).await
}

/// Waits until nothing is missing of a cluster.
async fn is_well(dashboard: &Dashboard, cluster: &str) {
    eventually("all checks to be in order", async || {
        let (status, answer) = readiness(dashboard).await;
        (status == StatusCode::OK && failed(&answer).iter().all(|(name, _)| *name != cluster)).then_some(())
    })
    .await;
}

fn failed(answer: &Value) -> Vec<(&str, &str)> {
    let checks = answer["checks"].as_array().unwrap().iter().filter(|check| check["ok"] == json!(false));
    checks
        .map(|check| {
            assert!(check["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{check}");
            (check["cluster"].as_str().unwrap(), check["check"].as_str().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn changes_of_the_leader_and_lost_answers_are_counted() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    let changes = "drove_dashboard_leader_changes_total{cluster=\"prod\"}";
    assert_eq!(sample(&dashboard, changes).await, 0.0);
    for (leader, count) in [(1, 1.0), (2, 2.0)] {
        fake.lead(leader);
        eventually("the change", async || {
            dashboard.get("/apis/v1/tasks").await;
            (sample(&dashboard, changes).await >= count).then_some(())
        })
        .await;
        assert_eq!(sample(&dashboard, changes).await, count);
    }
    fake.controllers[2].trick_for(OPERATIONS, Trick::LosesAnswer);
    assert_eq!(dashboard.operate(&create("lost")).await.status(), StatusCode::GATEWAY_TIMEOUT);
    let lost = "drove_dashboard_upstream_errors_total{cluster=\"prod\",kind=\"answer_lost\"}";
    assert_eq!(sample(&dashboard, lost).await, 1.0);
}

#[tokio::test]
async fn without_a_leader_it_stays_ready_and_says_what_is_missing() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    is_well(&dashboard, "prod").await;
    assert_eq!(sample(&dashboard, "drove_dashboard_leader_known{cluster=\"prod\"}").await, 1.0);
    fake.controllers[0].kill().await;
    let answer = eventually("the leader to be missed", async || {
        let (status, answer) = readiness(&dashboard).await;
        assert_eq!(status, StatusCode::OK, "a balancer must not take away the page that says why: {answer}");
        failed(&answer).contains(&("prod", "leader")).then_some(answer)
    })
    .await;
    assert_eq!(answer["status"], "ready");
    assert_eq!(sample(&dashboard, "drove_dashboard_leader_known{cluster=\"prod\"}").await, 0.0);
    let none = "drove_dashboard_upstream_errors_total{cluster=\"prod\",kind=\"no_leader\"}";
    eventually("a request that nobody answers", async || {
        dashboard.get("/apis/v1/tasks").await;
        (sample(&dashboard, none).await > 0.0).then_some(())
    })
    .await;
    assert_eq!(dashboard.send(get("/healthz", &[])).await.status(), StatusCode::OK, "it is alive");
    fake.lead(1);
    is_well(&dashboard, "prod").await;
}

#[tokio::test]
async fn one_cluster_that_is_gone_does_not_take_the_others_along() {
    let (prod, test) = (Fake::start().await, Fake::start().await);
    for controller in &test.controllers {
        controller.kill().await;
    }
    let dashboard = Dashboard::of(vec![config("prod", &prod), config("test", &test)], None).await;
    is_well(&dashboard, "prod").await;
    let (status, answer) = readiness(&dashboard).await;
    assert_eq!((status, answer["status"].as_str()), (StatusCode::OK, Some("ready")));
    let failed = failed(&answer);
    assert!(failed.contains(&("test", "leader")) && failed.iter().all(|(cluster, _)| *cluster == "test"), "{answer}");
}

const WRITABLE: &str = "drove_dashboard_ledger_writable{cluster=\"prod\"}";

#[tokio::test]
async fn a_ledger_that_cannot_be_written_keeps_nobody_from_operating_and_is_told() {
    let fake = Fake::start().await;
    let dashboard = Dashboard::start(&fake).await;
    dashboard.led().await;
    is_well(&dashboard, "prod").await;
    dashboard.fill_ledger("prod", true).await;
    let response = dashboard.operate(&create("unrecorded")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["dashboard-ledger"], "unavailable");
    let (status, answer) = readiness(&dashboard).await;
    assert_eq!(
        (status, failed(&answer)),
        (StatusCode::OK, vec![("prod", "ledger")]),
        "operations are sent, so a balancer must not take all replicas away"
    );
    assert_eq!(sample(&dashboard, WRITABLE).await, 0.0);
    dashboard.fill_ledger("prod", false).await;
    is_well(&dashboard, "prod").await;
    assert_eq!(sample(&dashboard, WRITABLE).await, 1.0);
    let response = dashboard.operate(&create("recorded")).await;
    assert!(response.status() == StatusCode::OK && !response.headers().contains_key("dashboard-ledger"));
}

#[tokio::test]
async fn who_leads_is_told_while_the_ledger_cannot_be_written() {
    let fake = Fake::start().await;
    fake.submit(&create("seen")).await;
    fake.controllers[0].set(Mode::Waits);
    let dashboard = Dashboard::start(&fake).await;
    let missing = async || failed(&readiness(&dashboard).await.1).iter().any(|(_, check)| *check == "leader");
    eventually("the leader to be missed", async || missing().await.then_some(())).await;
    dashboard.fill_ledger("prod", true).await;
    fake.lead(0);
    eventually("the full ledger", async || (sample(&dashboard, WRITABLE).await == 0.0).then_some(())).await;
    eventually("the leader", async || (!missing().await).then_some(())).await;
    assert_eq!(sample(&dashboard, "drove_dashboard_leader_known{cluster=\"prod\"}").await, 1.0);
}

#[tokio::test]
async fn what_is_logged_of_a_cluster_names_it() {
    Log::start();
    let lines = |saying: &str| {
        let says = |line: &Value| line["message"].as_str().is_some_and(|message| message.starts_with(saying));
        Log::lines().into_iter().filter(says).collect::<Vec<_>>()
    };
    let fake = Fake::start().await;
    fake.submit(&create("seen")).await;
    fake.controllers[0].set(Mode::Waits);
    let dashboard = Dashboard::start(&fake).await;
    let unread = "the cluster could not be read at first";
    eventually("two failures", async || (lines(unread).len() >= 2).then_some(())).await;
    dashboard.fill_ledger("prod", true).await;
    fake.lead(0);
    let unwritable = "the ledger cannot be written";
    eventually("the full ledger", async || (!lines(unwritable).is_empty()).then_some(())).await;
    let watches = lines("this process watches the cluster");
    assert_eq!(watches.len(), 1, "once for each turn, not for each attempt");
    for line in [watches, lines(unread), lines(unwritable)].concat() {
        assert_eq!(line["span"]["cluster"], "prod", "{line}");
    }
}
