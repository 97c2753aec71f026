//! What machines ask: is it alive, is it ready, what does it count. None of them signs in.

use crate::support::{ADMIN, Dashboard, answered, eventually, get, taken};
use futures_util::StreamExt;
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Every sample by its name and labels, as it stands in the text.
async fn samples(dashboard: &Dashboard) -> BTreeMap<String, f64> {
    let (status, body) = taken(dashboard.send(get("/metrics", &[])).await).await;
    assert_eq!(status, StatusCode::OK);
    let text = String::from_utf8(body.to_vec()).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.rsplit_once(' ').map(|(name, value)| (name.to_owned(), value.parse().unwrap())).unwrap())
        .collect()
}

fn of(samples: &BTreeMap<String, f64>, name: &str) -> f64 {
    samples.get(name).copied().unwrap_or_else(|| panic!("{name} is not among {samples:#?}"))
}

const LIST: &str = "drove_dashboard_http_requests_total{method=\"GET\",route=\"/api/history/tasks\",status=\"200\"}";
const CALLS: &str = "drove_dashboard_upstream_calls_total{cluster=\"demo\"}";
const READERS: &str = "drove_dashboard_live_readers{cluster=\"demo\"}";

#[tokio::test]
async fn requests_calls_and_readers_are_counted_as_they_come_and_go() {
    let dashboard = Dashboard::start().await;
    let before = samples(&dashboard).await;
    assert!(!before.contains_key(LIST), "nobody has asked for it");
    assert_eq!(of(&before, READERS), 0.0);

    dashboard.get::<Value>("/api/history/tasks").await;
    dashboard.get::<Value>("/clusters/demo/api/history/tasks?q=x").await;
    dashboard.send(get("/api/history/tasks", &[])).await;
    dashboard.send(get("/", &[])).await;
    dashboard.send(get("/nowhere-to-be-found", &[])).await;
    dashboard.send(get("/", &[("host", "evil.example")])).await;
    dashboard.get::<Value>("/apis/v1/tasks").await;
    let live = dashboard.send(get("/api/live?view=executors", &[("authorization", ADMIN)])).await;
    let mut frames = live.into_body().into_data_stream();
    assert!(frames.next().await.is_some());

    let after = samples(&dashboard).await;
    assert_eq!(of(&after, LIST), 2.0, "a cluster's prefix is no route of its own, and queries are none");
    let request = |route: &str, status: u16| {
        of(
            &after,
            &format!("drove_dashboard_http_requests_total{{method=\"GET\",route=\"{route}\",status=\"{status}\"}}"),
        )
    };
    assert_eq!(request("/api/history/tasks", 401), 1.0);
    assert_eq!((request("page", 200), request("page", 404), request("none", 421)), (1.0, 1.0, 1.0));
    assert_eq!((request("/apis/{*path}", 200), request("/metrics", 200)), (1.0, 1.0));
    assert_eq!(of(&after, "drove_dashboard_http_request_duration_seconds_count{route=\"/api/history/tasks\"}"), 3.0);
    assert!(of(&after, CALLS) > of(&before, CALLS));
    assert_eq!(of(&after, READERS), 1.0);
    drop(frames);
    assert_eq!(of(&samples(&dashboard).await, READERS), 0.0);
}

#[tokio::test]
async fn the_state_of_the_ledger_the_watcher_and_the_process_is_told() {
    let dashboard = Dashboard::start().await;
    let told = eventually("a size of the ledger, which is looked at soon after the start", async || {
        let told = samples(&dashboard).await;
        (of(&told, "drove_dashboard_ledger_size_bytes{cluster=\"demo\"}") > 0.0).then_some(told)
    })
    .await;
    for (name, least, most) in [
        ("drove_dashboard_ledger_lag_seconds{cluster=\"demo\"}", 0.0, 60.0),
        ("drove_dashboard_ledger_writable{cluster=\"demo\"}", 1.0, 1.0),
        ("drove_dashboard_watcher_lag_seconds{cluster=\"demo\"}", 0.0, 60.0),
        ("drove_dashboard_leader_known{cluster=\"demo\"}", 1.0, 1.0),
        ("drove_dashboard_leader_changes_total{cluster=\"demo\"}", 0.0, 0.0),
        ("drove_dashboard_upstream_errors_total{cluster=\"demo\",kind=\"answer_lost\"}", 0.0, 0.0),
        ("process_resident_memory_bytes", 1e6, 1e12),
    ] {
        let value = of(&told, name);
        assert!((least..=most).contains(&value), "{name} {value}");
    }
}

#[tokio::test]
async fn nothing_that_is_counted_names_a_user_or_a_task() {
    let dashboard = Dashboard::start().await;
    dashboard.create("T-secret", json!({})).await;
    dashboard.listed("T-secret").await;
    dashboard.get::<Value>("/api/history/tasks/TEST_APP/T-secret").await;
    let (_, body) = taken(dashboard.send(get("/metrics", &[])).await).await;
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(text.contains("/api/history/tasks/{app}/{id}"));
    for name in ["T-secret", "TEST_APP", "admin"] {
        assert!(!text.contains(name), "{name} in {text}");
    }
}

#[tokio::test]
async fn the_text_is_what_the_reader_asks_for() {
    let dashboard = Dashboard::start().await;
    let plain = dashboard.send(get("/metrics", &[])).await;
    assert_eq!(plain.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let text = String::from_utf8(taken(plain).await.1.to_vec()).unwrap();
    assert!(
        text.contains("# TYPE drove_dashboard_upstream_calls_total counter\n") && !text.contains("# EOF"),
        "{text}"
    );
    let open = dashboard.send(get("/metrics", &[("accept", "application/openmetrics-text; version=1.0.0")])).await;
    assert!(open.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    let text = String::from_utf8(taken(open).await.1.to_vec()).unwrap();
    assert!(text.contains("# TYPE drove_dashboard_upstream_calls counter\n") && text.ends_with("# EOF\n"), "{text}");
}

#[tokio::test]
async fn it_is_ready_when_every_check_of_a_cluster_is_in_order() {
    let dashboard = Dashboard::start().await;
    let (status, answer) = answered(dashboard.send(get("/readyz", &[])).await).await;
    let check = |name: &str, required| json!({ "cluster": "demo", "check": name, "ok": true, "required": required });
    let checks = [check("ledger", true), check("leader", false), check("watcher", false)];
    assert_eq!((status, answer), (StatusCode::OK, json!({ "status": "ready", "checks": checks })));
    let (status, _) = answered(dashboard.send(get("/healthz", &[])).await).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn calls_that_fail_are_counted_by_what_happened() {
    let dashboard = Dashboard::start().await;
    dashboard.stop_the_cluster().await;
    let (status, answer) = dashboard.post("/apis/v1/cluster/maintenance/set", &Value::Null).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{answer}");
    let told = samples(&dashboard).await;
    assert!(of(&told, "drove_dashboard_upstream_errors_total{cluster=\"demo\",kind=\"server_error\"}") >= 1.0);
    assert_eq!(of(&told, "drove_dashboard_upstream_errors_total{cluster=\"demo\",kind=\"no_leader\"}"), 0.0);
}

#[tokio::test]
async fn every_metric_is_in_the_handbook_and_no_other() {
    let dashboard = Dashboard::start().await;
    // A request is counted when its answer begins.
    dashboard.send(get("/healthz", &[])).await;
    let (_, body) = taken(dashboard.send(get("/metrics", &[])).await).await;
    let text = String::from_utf8(body.to_vec()).unwrap();
    let told: std::collections::BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let document = include_str!("../../../docs/operations.md");
    let rows = document.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let named = rows.filter(|name| name.starts_with("drove_dashboard_") || name.starts_with("process_")).collect();
    assert_eq!(told, named);
}
