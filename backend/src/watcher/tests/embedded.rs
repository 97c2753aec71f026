//! The whole path over the embedded core: operations, upstream, watcher, ledger.

use crate::{
    drove_api::{self, DroveApi},
    drove_client::{DroveClient, Identity},
    ledger::{Ledger, LedgerConfig},
    operations::{Operations, Unrecordable, of_rehearsed},
    runtime::{EmbeddedCluster, Hint, Hints, StatedWorld, WorldSettings},
    session::{caller::Caller, users::Users},
    upstream::{self, Change, Upstream},
    watcher::{self, Watcher, WatcherConfig},
};
use controller::Options;
use model::{
    Outcome, Source, TaskKey, TaskOperation,
    dashboard::{Door, HistoryQuery, Phase, Tab, TaskDetail},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;

struct Demo {
    cluster: EmbeddedCluster,
    ledger: Ledger,
    operations: Operations,
    watcher: Watcher,
    _folder: TempDir,
}

impl Demo {
    /// The demo's machines; the clock stands still.
    async fn start(scenario: &str, head_start: Duration) -> Self {
        let folder = TempDir::new().unwrap();
        let settings = WorldSettings {
            dir: folder.path().to_owned(),
            scenario: Some(scenario.to_owned()),
            seed: Some(7),
            options: Options::default(),
            reset: false,
        };
        let machines = controller::scenario::demo_world(0, settings.options.clone());
        let stated = StatedWorld { machines, head_start, paused: true };
        let cluster = EmbeddedCluster::start_stated(&settings, &stated).await.unwrap();
        let users = Arc::new(Users::new(&[], [7; 32]));
        let api = drove_api::router(DroveApi { cluster: cluster.clone(), users });
        let hints = cluster.clone();
        let upstream = upstream::embedded::upstream(api, move || hints.hints(), changes);
        let (clock, world) = (cluster.clock().clone(), cluster.world().id.to_string());
        let config = LedgerConfig {
            file: folder.path().join("ledger.db"),
            cluster: "demo".to_owned(),
            world: world.clone(),
            keep: Duration::from_secs(1_000_000),
            keep_bytes: None,
            ids_taken_for: Duration::from_secs(3600),
        };
        let ledger_clock = clock.clone();
        let now: crate::ledger::Now = Arc::new(move || ledger_clock.now());
        let ledger = Ledger::open(config, now.clone()).await.unwrap();
        let rehearsed = cluster.take_rehearsed().iter().filter_map(of_rehearsed).collect();
        ledger.record_rehearsed(rehearsed).await.unwrap();
        let operations = Operations::new(upstream.clone(), ledger.clone(), now, Unrecordable::Refuse);
        let config = WatcherConfig { cluster: "demo".to_owned(), world, embedded: true };
        let watcher = watcher::start(config, own_client(upstream), ledger.clone(), clock).await.unwrap();
        watcher.caught_up().await;
        Self { cluster, ledger, operations, watcher, _folder: folder }
    }

    async fn submit(&self, operation: Value) -> u16 {
        self.operations.submit(&TaskOperation::from_json(&operation).unwrap()).await.status().as_u16()
    }

    async fn create(&self, id: &str, spec: Value) {
        let mut document = json!({
            "sourceAppName": "APP", "taskId": id,
            "executable": {"type": "DOCKER", "url": "ghcr.io/appform-io/test-task", "dockerPullTimeout": "100 seconds"},
            "resources": [{"type": "CPU", "count": 1}, {"type": "MEMORY", "sizeInMB": 64}],
            "placementPolicy": {"type": "ANY"}, "env": {"ITERATIONS": "3", "PULL_SECONDS": "0"},
        });
        for (name, value) in spec.as_object().unwrap() {
            document[name] = value.clone();
        }
        assert_eq!(self.submit(json!({"type": "CREATE", "opSpec": op(), "spec": document})).await, 200);
    }

    async fn step(&self, seconds: u64) {
        self.cluster.clock_step(Duration::from_secs(seconds)).await.unwrap();
    }

    /// Waits until the watcher has made the task look like this.
    async fn until(&self, id: &str, looks: impl Fn(&TaskDetail) -> bool) -> TaskDetail {
        let key = TaskKey::new("APP", id);
        let waiting = async {
            let mut changes = self.ledger.changes();
            loop {
                if let Some(detail) = self.ledger.detail(&key, None).await.unwrap().filter(|detail| looks(detail)) {
                    return detail;
                }
                changes.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(Duration::from_secs(30), waiting).await {
            Ok(detail) => detail,
            Err(_) => panic!("never: {:?}", self.ledger.detail(&key, None).await.unwrap().map(|detail| detail.row)),
        }
    }
}

fn own_client(upstream: Upstream) -> DroveClient {
    let mut extensions = http::Extensions::new();
    extensions.insert(Caller::watcher());
    DroveClient::new(upstream, Identity::InProcess(extensions))
}

fn changes(hints: Hints) -> Vec<Change> {
    let change = |hint: &Hint| match hint {
        Hint::Touched(key) => Change::Touched(key.clone()),
        Hint::AttemptsEnded(key) => Change::AttemptsEnded(key.clone()),
    };
    hints.iter().map(change).collect()
}

fn op() -> Value {
    json!({"timeout": "5m", "parallelism": 1, "failureStrategy": "STOP"})
}

fn kill(id: &str) -> Value {
    json!({"type": "KILL", "sourceAppName": "APP", "taskId": id, "opSpec": op()})
}

#[tokio::test]
async fn a_task_is_followed_from_create_to_its_end_while_the_clock_is_stepped() {
    let demo = Demo::start("empty", Duration::from_secs(120)).await;
    demo.create("T", json!({})).await;
    assert_eq!(demo.until("T", |_| true).await.row.phase, Phase::Placing);
    demo.step(2).await;
    let detail = demo.until("T", |detail| detail.info.as_ref().is_some_and(|info| info.core_count() == 1)).await;
    assert_eq!((detail.row.phase, detail.row.submitter.as_deref()), (Phase::Active, Some("scenario")));
    demo.step(60).await;
    let detail = demo.until("T", |detail| detail.row.outcome.is_some()).await;
    assert_eq!((detail.row.outcome, detail.row.exit_code), (Some(Outcome::Successful), Some(0)));
    let states: Vec<&str> = detail.row.transitions.iter().map(|t| t.state.as_str()).collect();
    assert_eq!(states, ["PROVISIONING", "STARTING", "RUNNING", "RUN_COMPLETED", "DEPROVISIONING", "STOPPED"]);
    assert!(detail.row.transitions.iter().all(|t| t.source == Source::Event));
    assert!(detail.row.ended > Some(detail.row.submitted));
}

#[tokio::test]
async fn a_task_that_fits_nowhere_says_why() {
    let demo = Demo::start("empty", Duration::from_secs(120)).await;
    let picture = demo.watcher.picture().borrow().clone();
    assert_eq!((picture.executors.len(), picture.view.executors.len()), (6, 6));
    assert!(picture.status.leader.is_some() && picture.status.simulated && picture.status.clock_paused.is_some());
    // Each node has the cores, and together they have them many times over: validation passes.
    demo.create("BIG", json!({"placementPolicy": {"type": "RULE_BASED", "rule": "false", "ruleType": "MVEL"}})).await;
    demo.until("BIG", |_| true).await;
    demo.step(10).await;
    let detail = demo.until("BIG", |detail| detail.row.outcome.is_some()).await;
    assert_eq!(detail.row.outcome, Some(Outcome::NotPlaced));
    let matrix = detail.matrix.expect("it says why");
    assert_eq!((matrix.rows.len(), matrix.fits), (6, 0));
}

#[tokio::test]
async fn kills_are_pending_until_they_work() {
    let demo = Demo::start("empty", Duration::from_secs(120)).await;
    let slow = json!({"env": {"ITERATIONS": "600", "PULL_SECONDS": "20"}});
    demo.create("T", slow).await;
    demo.step(2).await;
    demo.until("T", |detail| detail.row.phase == Phase::Active).await;
    assert_eq!(demo.submit(kill("T")).await, 200);
    let detail = demo.until("T", |detail| detail.row.kill_pending).await;
    assert_eq!(detail.submissions.last().unwrap().operation, "KILL");
    demo.step(60).await;
    let detail = demo.until("T", |detail| detail.row.outcome.is_some()).await;
    assert_eq!((detail.row.outcome, detail.row.kill_pending), (Some(Outcome::Cancelled), false));
}

#[tokio::test]
async fn a_kill_before_any_record_is_cancelled() {
    let demo = Demo::start("empty", Duration::from_secs(120)).await;
    demo.create("T", json!({"placementPolicy": {"type": "RULE_BASED", "rule": "false", "ruleType": "MVEL"}})).await;
    assert_eq!(demo.submit(kill("T")).await, 200);
    demo.step(10).await;
    let detail = demo.until("T", |detail| detail.row.outcome.is_some()).await;
    assert_eq!(detail.row.outcome, Some(Outcome::Cancelled));
}

#[tokio::test]
async fn a_silenced_executor_loses_its_tasks_and_the_ledger_sees_it_without_an_event() {
    let demo = Demo::start("empty", Duration::from_secs(120)).await;
    demo.create("T", json!({"env": {"ITERATIONS": "6000", "PULL_SECONDS": "0"}})).await;
    demo.step(5).await;
    let detail = demo.until("T", |detail| detail.info.as_ref().is_some_and(|info| info.core_count() == 1)).await;
    let id = detail.row.executor_id.expect("it runs somewhere");
    demo.cluster.command(controller::Command::SilenceExecutor { id }).await.unwrap();
    demo.step(120).await;
    let detail = demo.until("T", |detail| detail.row.outcome.is_some()).await;
    assert_eq!(detail.row.outcome, Some(Outcome::Lost));
    assert_eq!(detail.row.transitions.last().unwrap().source, Source::Instance);
}

#[tokio::test]
async fn the_first_screen_of_the_laptop_has_tasks_in_all_kinds_of_states() {
    let demo = Demo::start("laptop", Duration::from_secs(1800)).await;
    let all = HistoryQuery { tab: Tab::All, size: 500, ..HistoryQuery::default() };
    let page = demo.ledger.page(&all).await.unwrap();
    assert!(page.counts.active.n > 0 && page.counts.finished.n > 10, "{:?}", page.counts);
    assert!(page.counts.by_outcome.len() > 1, "{:?}", page.counts.by_outcome);
    for row in &page.rows {
        let detail = demo.ledger.detail(&row.key, Some(row.run)).await.unwrap().unwrap();
        assert!(detail.spec.is_some(), "{} can be cloned", row.key);
        assert_eq!(detail.submissions[0].door, Door::Scenario);
        assert!(row.submitted <= row.updated, "{row:?}");
    }
    demo.watcher.stop().await;
}
