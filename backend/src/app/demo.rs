//! Everything of the demo, started in order and stopped in the opposite one.

use super::{Cluster, Failure};
use crate::{
    config::{DataDir, DemoConfig},
    drove_api::{self, DroveApi},
    drove_client::{DroveClient, Identity},
    runtime::{EmbeddedCluster, Hint, Hints, WorldSettings},
    session::{cookies::SessionCookies, gate::Gate, users::Users},
    upstream::{self, Change},
};
use std::{net::SocketAddr, path::Path, sync::Arc};
use tokio::sync::watch;

/// The demo's cluster, its sub-folder of the data directory, and its prefix under `/clusters/`.
const NAME: &str = "demo";

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
    _stopping: watch::Receiver<bool>,
) -> Result<Demo, Failure> {
    let folder = DataDir::open(data_dir, NAME)?;
    let key = folder.secret("session.key", SessionCookies::new_key)?;
    let users = Arc::new(Users::new(&config.users, salt()?));
    let gate = Gate::new(users.clone(), SessionCookies::new(&key, NAME, address.port()), address.ip().is_loopback());

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
    let cluster = Arc::new(Cluster {
        name: NAME.to_owned(),
        gate,
        client: DroveClient::new(upstream, Identity::Nobody),
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
