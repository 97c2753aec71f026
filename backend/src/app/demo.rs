//! Everything of the demo, started in order and stopped in the opposite one.

use super::{Cluster, Failure};
use crate::{
    config::{DataDir, DemoConfig},
    drove_api::{self, DroveApi},
    drove_client::{DroveClient, Identity},
    ledger::{Ledger, LedgerConfig},
    live::Hub,
    runtime::{EmbeddedCluster, Hint, Hints, WorldSettings},
    session::{caller::Caller, cookies::SessionCookies, gate::Gate, users::Users},
    upstream::{self, Change},
    watcher::ClusterPicture,
};
use model::validate::EngineLimits;
use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tokio::sync::watch;

/// The demo's cluster, its sub-folder of the data directory, and its prefix under `/clusters/`.
const NAME: &str = "demo";

/// Ended runs stay in the ledger for so long.
const KEEP: Duration = Duration::from_secs(30 * 24 * 3600);

/// The running demo.
pub(super) struct Demo {
    pub cluster: Arc<Cluster>,
    embedded: EmbeddedCluster,
    // Held until everything that writes has stopped.
    _folder: DataDir,
}

/// Starts the embedded cluster, and what watches and serves it.
pub(super) async fn start(
    config: DemoConfig,
    data_dir: &Path,
    address: SocketAddr,
    stopping: watch::Receiver<bool>,
) -> Result<Demo, Failure> {
    let folder = DataDir::open(data_dir, NAME)?;
    let key = folder.secret("session.key", SessionCookies::new_key)?;
    let users = Arc::new(Users::new(&config.users, salt()?));
    let gate = Gate::new(users.clone(), SessionCookies::new(&key, NAME, address.port()), address.ip().is_loopback());

    let limits = EngineLimits {
        disable_cmdl_args: config.options.disable_cmdl_args,
        enable_raw_device_access: config.options.enable_raw_device_access,
        allowed_mount_dirs: config.options.allowed_mount_dirs.clone(),
    };
    let ids_taken_for = config.options.stale_task_age.to_std();
    let embedded = EmbeddedCluster::start(&WorldSettings {
        dir: folder.path().to_owned(),
        scenario: config.scenario,
        seed: config.seed,
        options: config.options,
        reset: config.reset,
    })
    .await?;
    let api = drove_api::router(DroveApi { cluster: embedded.clone(), users });
    let hints = embedded.clone();
    let upstream = upstream::embedded::upstream(api, move || hints.hints(), changes);
    let ledger = ledger(&folder, &embedded, ids_taken_for).await?;
    let client = DroveClient::new(upstream, Identity::Nobody);
    let clock = embedded.clock().clone();
    let picture = watch::channel(Arc::new(ClusterPicture::default())).1;
    let hub = Hub::start(ledger.clone(), picture.clone(), clock.clone(), watcher_client(&client), stopping);
    let cluster = Arc::new(Cluster {
        name: NAME.to_owned(),
        gate,
        client,
        ledger,
        picture,
        hub,
        clock,
        limits,
        embedded: Some(embedded.clone()),
    });
    Ok(Demo { cluster, embedded, _folder: folder })
}

impl Demo {
    /// Resolves if the embedded cluster ends by itself, which it never should.
    pub async fn failed(&self) -> Failure {
        self.embedded.stopped().await;
        Failure::Running("the embedded cluster has stopped: the log says why".to_owned())
    }

    /// Stops in order; what was answered is on disk.
    pub async fn stop(self) {
        self.embedded.shutdown().await;
    }
}

/// The watcher acts for itself, with all rights, and only within this process.
fn watcher_client(client: &DroveClient) -> DroveClient {
    let mut extensions = http::Extensions::new();
    extensions.insert(Caller::watcher());
    client.acting_for(Identity::InProcess(extensions))
}

async fn ledger(folder: &DataDir, embedded: &EmbeddedCluster, ids_taken_for: Duration) -> Result<Ledger, Failure> {
    let clock = embedded.clock().clone();
    let config = LedgerConfig {
        file: folder.path().join("ledger.db"),
        cluster: NAME.to_owned(),
        world: embedded.world().id.clone(),
        keep: KEEP,
        ids_taken_for,
    };
    Ok(Ledger::open(config, Arc::new(move || clock.now())).await?)
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
