//! Two dashboards that share a ledger: one watches, and pages of either are as live. Without a PostgreSQL server there is
//! nothing to share.

use super::{
    controllers::Arrival,
    dashboard::{Dashboard, OPERATIONS, basic, config, create, eventually},
    fake::Fake,
};
use backend::config::{Credential, DatabaseUrl};
use http::StatusCode;
use model::{
    ExecutorState, TaskKey, TaskState,
    dashboard::{HistoryPage, Phase},
};

/// Names the server (`cargo xtask test`).
const POSTGRES: &str = "DROVE_DASHBOARD_TEST_POSTGRES";

/// A dashboard, whose watcher calls itself `account`, in front of `fake`, and on the ledger of `name`.
async fn replica(fake: &Fake, name: &str, account: &str) -> Dashboard {
    let url = DatabaseUrl::of(std::env::var(POSTGRES).unwrap()).unwrap();
    let config = backend::config::ClusterConfig { account: Credential::basic(account, account), ..config(name, fake) };
    Dashboard::over(vec![config], &[7; 64], &url).await
}

/// A ledger of its own for each test.
fn named(test: &str) -> String {
    format!("{test}_{}", std::process::id())
}

/// What an account asked the cluster, ping excepted.
fn asked(fake: &Fake, account: &str) -> Vec<String> {
    let by = |value: &http::HeaderValue| value == &*basic(account);
    let is_by = |arrival: &Arrival| arrival.headers.get("authorization").is_some_and(by);
    fake.arrivals().iter().filter(|arrival| is_by(arrival)).map(|arrival| arrival.uri.to_string()).collect()
}

async fn watches(dashboard: &Dashboard) {
    dashboard.cluster().ledger.is_watching().wait_for(|watches| *watches).await.unwrap();
}

/// Two replicas; the first one watches, by the account `watcher`, and the other would by `guest`.
async fn two(fake: &Fake, test: &str) -> Option<(Dashboard, Dashboard)> {
    std::env::var(POSTGRES).ok()?;
    let first = replica(fake, &named(test), "watcher").await;
    watches(&first).await;
    let second = replica(fake, &named(test), "guest").await;
    second.led().await;
    Some((first, second))
}

async fn history(dashboard: &Dashboard) -> HistoryPage {
    dashboard.read("/api/history/tasks?tab=all&size=500").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_one_that_does_not_watch_shows_the_same_and_asks_the_leader_nothing() {
    let fake = Fake::start().await;
    let Some((first, second)) = two(&fake, "shows").await else { return };
    let mut seen = second.cluster().picture.clone();
    seen.wait_for(|picture| picture.status.stale.is_none() && picture.view.executors.len() == 6).await.unwrap();
    for (dashboard, id) in [(&first, "through-first"), (&second, "through-second")] {
        assert_eq!(dashboard.operate(&create(id)).await.status(), StatusCode::OK);
        second
            .cluster()
            .ledger
            .changes()
            .wait_for(|_| {
                let run = second.cluster().ledger.live_run(&TaskKey::new("TEST_APP", id));
                run.is_some_and(|run| run.state == Some(TaskState::Running))
            })
            .await
            .unwrap();
    }
    // What only the one that watches can see: an event about executors, and their figures.
    let id = seen.borrow().executors[0].summary.executor_id.clone();
    let path = format!("/apis/v1/cluster/executors/blacklist?id={}", id.as_str());
    let headers = [("authorization", &*basic("admin"))];
    first.send(super::dashboard::request(http::Method::POST, &path, &headers, "")).await;
    let is_out = |state: &ExecutorState| *state != ExecutorState::Active;
    seen.wait_for(|picture| picture.executors.iter().any(|executor| is_out(&executor.summary.state))).await.unwrap();
    seen.wait_for(|picture| {
        picture.executors.iter().filter(|e| e.detail.as_ref().is_some_and(|d| !d.tasks.is_empty())).count() >= 1
    })
    .await
    .unwrap();
    assert_eq!(seen.borrow().status.active_tasks, 2);
    assert_eq!(asked(&fake, "guest"), Vec::<String>::new(), "the leader is asked by one of them");
    assert!(!asked(&fake, "watcher").is_empty());
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_leader_is_known_to_both_at_once() {
    let fake = Fake::start().await;
    let Some((first, second)) = two(&fake, "leads").await else { return };
    let mut seen = second.cluster().picture.clone();
    seen.wait_for(|picture| picture.status.stale.is_none() && picture.status.leader.is_some()).await.unwrap();
    fake.controllers[0].kill().await;
    // Each finds out by itself, as soon as it is asked for something.
    assert_eq!(second.get("/apis/v1/tasks").await.0, StatusCode::SERVICE_UNAVAILABLE);
    seen.wait_for(|picture| picture.status.leader.is_none() && picture.status.stale.is_some()).await.unwrap();
    assert!(!seen.borrow().executors.is_empty(), "the last good picture stays");
    fake.lead(1);
    seen.wait_for(|picture| picture.status.leader.is_some() && picture.status.stale.is_none()).await.unwrap();
    assert_eq!(asked(&fake, "guest"), Vec::<String>::new());
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_takes_over_and_nothing_is_recorded_twice() {
    let fake = Fake::start().await;
    let Some((first, second)) = two(&fake, "takes_over").await else { return };
    for n in 0..5 {
        assert_eq!(first.operate(&create(&format!("t-{n}"))).await.status(), StatusCode::OK);
    }
    let all_run = async |dashboard: &Dashboard, count: usize| {
        eventually("all running", async || {
            let page = history(dashboard).await;
            let runs = page.rows.iter().filter(|row| row.state == Some(TaskState::Running)).count();
            (runs == count).then_some(page)
        })
        .await
    };
    let before = all_run(&second, 5).await;
    first.stop().await;
    // While nobody watches.
    fake.submit(&create("t-5")).await;
    watches(&second).await;
    let after = all_run(&second, 6).await;
    assert!(!asked(&fake, "guest").is_empty());
    for row in &before.rows {
        let same = after.rows.iter().find(|other| other.key == row.key).unwrap();
        assert_eq!((same.run_id, &same.transitions, same.phase.clone()), (row.run_id, &row.transitions, Phase::Active));
        let detail: model::dashboard::TaskDetail =
            second.read(&format!("/api/history/tasks/TEST_APP/{}", row.key.id.as_str())).await;
        assert_eq!((detail.runs, detail.gaps), (vec![1], Vec::new()));
    }
    let creates = fake.arrivals().iter().filter(|arrival| arrival.uri.path() == OPERATIONS).count();
    assert_eq!(creates, 5, "each was sent once");
    second.stop().await;
}
