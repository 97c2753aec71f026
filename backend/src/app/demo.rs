//! Everything of the demo, started in order and stopped in the opposite one.

use super::{Cluster, Failure, now, scenario, stopping};
use crate::{
    config::{DataDir, DemoConfig, Retention},
    drove_api::{self, DroveApi},
    drove_client::{DroveClient, Identity},
    ledger::{Ledger, LedgerConfig, Place},
    live::Hub,
    operations::{Operations, Unrecordable, of_rehearsed},
    runtime::{EmbeddedCluster, Hint, Hints, WorldSettings},
    session::{caller::Caller, cookies::SessionCookies, gate::Gate, users::Users},
    upstream::{self, Change, Upstream},
    watcher::{self, Watcher, WatcherConfig},
};
use controller::Options;
use model::{dashboard::ClusterLabel, validate::EngineLimits};
use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinHandle};

/// The demo's cluster, its sub-folder of the data directory, and its prefix under `/clusters/`.
const NAME: &str = "demo";

/// The running demo.
pub struct Demo {
    cluster: Arc<Cluster>,
    embedded: EmbeddedCluster,
    watcher: Watcher,
    scenario: JoinHandle<()>,
    // Held until everything that writes has stopped.
    _folder: DataDir,
}

impl Demo {
    /// Starts the embedded cluster, and what watches and serves it. `address` is where it will be served; `stopping` turns
    /// true when streams must end.
    ///
    /// # Errors
    /// The folder, the databases or the flags do not allow it.
    pub async fn start(
        config: DemoConfig,
        data_dir: &Path,
        address: SocketAddr,
        stopping: watch::Receiver<bool>,
    ) -> Result<Self, Failure> {
        let folder = DataDir::open(data_dir, NAME)?;
        let users = Arc::new(Users::new(&config.users, salt()?));
        let key = folder.secret("session.key", SessionCookies::new_key)?;
        let cookies = SessionCookies::new(&key, NAME);
        let gate = Gate::of_demo(users.clone(), cookies, address.ip().is_loopback());
        let limits = limits(&config.options);
        let ids_taken_for = config.options.stale_task_age.to_std();

        let embedded = EmbeddedCluster::start(&WorldSettings {
            dir: folder.path().to_owned(),
            scenario: config.scenario,
            seed: config.seed,
            options: config.options,
            reset: config.reset,
        })
        .await?;
        let clock = embedded.clock().clone();
        let ledger = open_ledger(&folder, &embedded, ids_taken_for, config.retention).await?;
        let upstream = upstream_of(&embedded, users);
        let operations = Operations::new(upstream.clone(), ledger.clone(), now(&clock), Unrecordable::Refuse);
        let client = DroveClient::new(upstream, Identity::Nobody);
        let watched = WatcherConfig::embedded(NAME, &embedded.world().id);
        let watcher = watcher::start(watched, watcher_client(&client), ledger.clone(), clock.clone());
        // The first page must not show an empty cluster.
        watcher.caught_up().await;
        let picture = watcher.picture();
        let hub = Hub::start(ledger.clone(), picture.clone(), clock.clone(), watcher_client(&client), stopping);
        let scenario = tokio::spawn(scenario::play(&embedded, operations.clone()));
        let cluster = Arc::new(Cluster {
            label: ClusterLabel { name: NAME.to_owned(), label: NAME.to_owned(), colour: None },
            gate,
            client,
            operations,
            ledger,
            picture,
            hub,
            clock,
            limits,
            refresher: None,
            controllers: None,
            embedded: Some(embedded.clone()),
        });
        Ok(Self { cluster, embedded, watcher, scenario, _folder: folder })
    }

    /// The cluster it serves.
    pub fn cluster(&self) -> &Arc<Cluster> {
        &self.cluster
    }

    /// Resolves if the embedded cluster ends by itself, which it never should.
    pub async fn failed(&self) -> Failure {
        self.embedded.stopped().await;
        Failure::Running("the embedded cluster has stopped: the log says why".to_owned())
    }

    /// Stops in order, within a few seconds. What was answered is on disk, unless the log says otherwise.
    pub async fn stop(self) {
        self.scenario.abort();
        stopping::recording(self.watcher, &self.cluster.ledger).await;
        stopping::within(stopping::LAST_SNAPSHOT, NAME, "embedded cluster", self.embedded.shutdown()).await;
    }
}

fn upstream_of(embedded: &EmbeddedCluster, users: Arc<Users>) -> Upstream {
    let router = drove_api::router(DroveApi { cluster: embedded.clone(), users });
    let hints = embedded.clone();
    upstream::embedded::upstream(router, move || hints.hints(), changes)
}

/// The ledger, with what the world did before it was shown.
async fn open_ledger(
    folder: &DataDir,
    embedded: &EmbeddedCluster,
    ids_taken_for: Duration,
    retention: Retention,
) -> Result<Ledger, Failure> {
    let config = LedgerConfig {
        place: Place::File(folder.path().join("ledger.db")),
        cluster: NAME.to_owned(),
        world: embedded.world().id.clone(),
        keep: retention.keep,
        keep_bytes: retention.bytes,
        keep_secret_env: retention.secret_env,
        ids_taken_for,
    };
    let ledger = Ledger::open(config, now(embedded.clock())).await?;
    ledger.record_rehearsed(embedded.take_rehearsed().iter().filter_map(of_rehearsed).collect()).await?;
    Ok(ledger)
}

/// The watcher acts for itself, with all rights, and only within this process.
fn watcher_client(client: &DroveClient) -> DroveClient {
    let mut extensions = http::Extensions::new();
    extensions.insert(Caller::watcher());
    client.acting_for(Identity::InProcess(extensions))
}

fn limits(options: &Options) -> EngineLimits {
    EngineLimits {
        disable_cmdl_args: options.disable_cmdl_args,
        enable_raw_device_access: options.enable_raw_device_access,
        allowed_mount_dirs: options.allowed_mount_dirs.clone(),
    }
}

fn changes(hints: Hints) -> Vec<Change> {
    let change = |hint: &Hint| match hint {
        Hint::Touched(key) => Change::Touched(key.clone()),
        Hint::AttemptsEnded(key) => Change::AttemptsEnded(key.clone()),
    };
    hints.iter().map(change).collect()
}

fn salt() -> Result<[u8; 32], Failure> {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt)
        .map_err(|error| Failure::Running(format!("this system gives no random numbers: {error}")))?;
    Ok(salt)
}
