//! Everything of one real cluster, started in order and stopped in the opposite one.

use super::{Cluster, Failure, now, stopping};
use crate::{
    clock::Clock,
    config::{ClusterConfig, Credential, DataDir, DatabaseUrl, ProxyUsers, Retention, SessionConfig},
    drove_client::{DroveClient, Identity},
    ledger::{Ledger, LedgerConfig, Place},
    live::Hub,
    operations::{Operations, Unrecordable},
    session::{cluster_keeper::ClusterKeeper, cookies::SessionCookies, drove_users::DroveUsers, gate::Gate},
    upstream::leader::{self, LeaderConfig},
    watcher::{self, Watcher, WatcherConfig},
};
use model::{dashboard::ClusterLabel, validate::EngineLimits};
use std::{path::Path, sync::Arc, time::Duration};
use tokio::sync::watch;
use tracing::Instrument;

/// Facts of a real cluster belong to one world, whatever restarts.
const WORLD: &str = "drove";
/// How long Drove keeps ended tasks, and with them their IDs (`staleTaskAge`, as it is when not configured).
const IDS_TAKEN_FOR: Duration = Duration::from_secs(2 * 24 * 3600);

/// One real cluster that is served.
pub struct Served {
    cluster: Arc<Cluster>,
    watcher: Watcher,
    // Held until everything that writes has stopped.
    _folder: DataDir,
}

/// What all clusters of one process have in common.
#[derive(Clone, Debug)]
pub struct Shared<'a> {
    /// Parent of the clusters' folders.
    pub data_dir: &'a Path,
    /// Seals cookies, 64 bytes.
    pub session_key: &'a [u8],
    /// Other replicas have the same key.
    pub key_is_shared: bool,
    /// How long sessions last.
    pub sessions: &'a SessionConfig,
    /// Whom a proxy vouches for.
    pub proxy: Option<&'a ProxyUsers>,
    /// PostgreSQL database for the ledger; absent: a file in the folder.
    pub ledger: Option<&'a DatabaseUrl>,
    /// What stays in the ledger.
    pub retention: Retention,
    /// Turns true when streams must end.
    pub stopping: watch::Receiver<bool>,
}

impl Served {
    /// Starts following the leader, and what watches and serves the cluster. Does not wait for a leader.
    ///
    /// # Errors
    /// The folder, the ledger or the certificates do not allow it.
    pub async fn start(config: ClusterConfig, shared: &Shared<'_>) -> Result<Self, Failure> {
        // Whatever the cluster's tasks log is told with its name, however little is logged.
        let span = tracing::error_span!("serving", cluster = config.name);
        Self::begin(config, shared).instrument(span).await
    }

    async fn begin(config: ClusterConfig, shared: &Shared<'_>) -> Result<Self, Failure> {
        let label = ClusterLabel { name: config.name.clone(), label: config.label, colour: config.colour };
        let folder = DataDir::open(shared.data_dir, &config.name)?;
        let clock = Clock::of_wall();
        let ledger = open_ledger(&folder, &config.name, &clock, shared).await?;
        let (upstream, controllers) = leader::upstream(LeaderConfig {
            controllers: config.controllers,
            credential: config.account.as_ref().map(|account| account.authorization().clone()),
            trust: config.trust,
        })?;
        let client = DroveClient::new(upstream.clone(), Identity::Nobody);
        let own_client = client.of_own_accord(identity(config.account.as_ref()));
        let keeper = ClusterKeeper {
            users: DroveUsers::new(client.clone()),
            proxy: shared.proxy.cloned(),
            account: config.account,
            delegate: config.delegate,
        };
        let cookies = SessionCookies::new(shared.session_key, &config.name)
            .lasting(shared.sessions.idle, shared.sessions.longest);
        let cookies = if shared.key_is_shared { cookies.shared() } else { cookies };
        let operations = Operations::new(upstream, ledger.clone(), now(&clock), Unrecordable::GoOn);
        let watched = WatcherConfig::real(&config.name, WORLD);
        let watcher = watcher::start(watched, own_client.clone(), ledger.clone(), clock.clone());
        let picture = watcher.picture();
        let hub = Hub::start(ledger.clone(), picture.clone(), clock.clone(), own_client, shared.stopping.clone());
        let cluster = Arc::new(Cluster {
            label,
            gate: Gate::of_cluster(keeper, cookies),
            client,
            operations,
            ledger,
            picture,
            hub,
            clock,
            // What a controller forbids by its options is for itself to say: nobody else can know it.
            limits: EngineLimits { enable_raw_device_access: true, ..EngineLimits::default() },
            refresher: Some(watcher.refresher()),
            controllers: Some(controllers),
            embedded: None,
        });
        Ok(Self { cluster, watcher, _folder: folder })
    }

    /// The cluster that is served.
    pub fn cluster(&self) -> &Arc<Cluster> {
        &self.cluster
    }

    /// Stops in order, within a few seconds. What was answered is on disk, unless the log says otherwise.
    pub async fn stop(self) {
        stopping::recording(self.watcher, &self.cluster.ledger).await;
    }
}

async fn open_ledger(folder: &DataDir, cluster: &str, clock: &Clock, shared: &Shared<'_>) -> Result<Ledger, Failure> {
    let config = LedgerConfig {
        place: match shared.ledger {
            Some(url) => Place::Postgres(url.expose().to_owned()),
            None => Place::File(folder.path().join("ledger.db")),
        },
        cluster: cluster.to_owned(),
        world: WORLD.to_owned(),
        keep: shared.retention.keep,
        keep_bytes: shared.retention.bytes,
        keep_secret_env: shared.retention.secret_env,
        ids_taken_for: IDS_TAKEN_FOR,
    };
    Ok(Ledger::open_or_retry(config, now(clock)).await?)
}

fn identity(account: Option<&Credential>) -> Identity {
    account.map_or(Identity::Nobody, |account| Identity::Authorization(account.authorization().clone()))
}
