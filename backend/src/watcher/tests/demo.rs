//! The whole path over the embedded core, for tests: operations, upstream, watcher, ledger.

use crate::{
    clock::Clock,
    drove_api::{self, DroveApi},
    drove_client::{DroveClient, Identity},
    ledger::{Ledger, LedgerConfig, Place},
    operations::{Operations, Unrecordable, of_rehearsed},
    runtime::{EmbeddedCluster, Hint, Hints, StatedWorld, WorldSettings},
    session::{caller::Caller, users::Users},
    upstream::{self, Change, Upstream},
    watcher::{self, Watcher, WatcherConfig},
};
use controller::Options;
use model::{TaskKey, TaskOperation, dashboard::TaskDetail};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;

pub struct Demo {
    pub cluster: EmbeddedCluster,
    pub ledger: Ledger,
    operations: Operations,
    pub watcher: Watcher,
    upstream: Upstream,
    _folder: TempDir,
}

impl Demo {
    /// The demo's machines; the clock stands still.
    pub async fn start(scenario: &str, head_start: Duration) -> Self {
        Self::start_through(|upstream| upstream, scenario, head_start).await
    }

    /// As [`Self::start`], with something between the dashboard and its cluster.
    pub async fn start_through(
        between: impl FnOnce(Upstream) -> Upstream,
        scenario: &str,
        head_start: Duration,
    ) -> Self {
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
        let upstream = between(upstream::embedded::upstream(api, move || hints.hints(), changes));
        let (clock, world) = (cluster.clock().clone(), cluster.world().id.to_string());
        let config = LedgerConfig {
            place: Place::File(folder.path().join("ledger.db")),
            cluster: "demo".to_owned(),
            world: world.clone(),
            keep: Duration::from_secs(1_000_000),
            keep_bytes: None,
            keep_secret_env: true,
            ids_taken_for: Duration::from_secs(3600),
        };
        let ledger_clock = clock.clone();
        let now: crate::ledger::Now = Arc::new(move || ledger_clock.now());
        let ledger = Ledger::open(config, now.clone()).await.unwrap();
        let rehearsed = cluster.take_rehearsed().iter().filter_map(of_rehearsed).collect();
        ledger.record_rehearsed(rehearsed).await.unwrap();
        let operations = Operations::new(upstream.clone(), ledger.clone(), now, Unrecordable::Refuse);
        let config = WatcherConfig::embedded("demo", &world);
        let watcher = watcher::start(config, own_client(upstream.clone()), ledger.clone(), clock);
        watcher.caught_up().await;
        Self { cluster, ledger, operations, watcher, upstream, _folder: folder }
    }

    /// A second watcher, which takes the cluster for a real one and has a clock of its own; and how often the cluster was asked.
    pub fn watch_as_real(&self, clock: Clock) -> (Watcher, impl Fn() -> u64) {
        let config = WatcherConfig::real("demo", &self.cluster.world().id);
        let asked = self.upstream.clone();
        let watcher = watcher::start(config, own_client(self.upstream.clone()), self.ledger.clone(), clock);
        (watcher, move || asked.traffic().calls())
    }

    pub async fn submit(&self, operation: Value) -> u16 {
        self.operations.submit(&TaskOperation::from_json(&operation).unwrap()).await.status().as_u16()
    }

    pub async fn create(&self, id: &str, spec: Value) {
        assert_eq!(self.try_create(id, spec).await, 200);
    }

    /// The status of the answer to a CREATE.
    pub async fn try_create(&self, id: &str, spec: Value) -> u16 {
        let mut document = json!({
            "sourceAppName": "APP", "taskId": id,
            "executable": {"type": "DOCKER", "url": "ghcr.io/appform-io/test-task", "dockerPullTimeout": "100 seconds"},
            "resources": [{"type": "CPU", "count": 1}, {"type": "MEMORY", "sizeInMB": 64}],
            "placementPolicy": {"type": "ANY"}, "env": {"ITERATIONS": "3", "PULL_SECONDS": "0"},
        });
        for (name, value) in spec.as_object().unwrap() {
            document[name] = value.clone();
        }
        self.submit(json!({"type": "CREATE", "opSpec": op(), "spec": document})).await
    }

    pub async fn step(&self, seconds: u64) {
        self.cluster.clock_step(Duration::from_secs(seconds)).await.unwrap();
    }

    /// Waits until the watcher has made the task look like this.
    pub async fn until(&self, id: &str, looks: impl Fn(&TaskDetail) -> bool) -> TaskDetail {
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

pub fn op() -> Value {
    json!({"timeout": "5m", "parallelism": 1, "failureStrategy": "STOP"})
}

pub fn kill(id: &str) -> Value {
    json!({"type": "KILL", "sourceAppName": "APP", "taskId": id, "opSpec": op()})
}
