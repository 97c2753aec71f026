//! The long-lived parts of the running binary: start them, serve, stop them.

mod browser;
mod cluster;
mod demo;
mod failure;
pub mod log;
mod memory;
mod readiness;
mod running;
mod scenario;
mod serve;
mod served;
mod signals;
mod stopping;

pub use cluster::Cluster;
pub use demo::Demo;
pub use failure::Failure;
pub use readiness::Check;
pub use running::Running;
pub use served::{Served, Shared};

use crate::{
    assets::Assets,
    clock::Clock,
    config::{BasePath, Config},
    ledger::Now,
    metrics::Metrics,
    middleware::host::HostRules,
    router,
};
use serve::Threads;
use std::{io::Write, path::Path, sync::Arc};
use tokio::{net::TcpListener, sync::watch};

/// What requests need.
#[derive(Debug)]
pub struct App {
    /// The page's files.
    pub assets: Assets,
    /// Hosts answered for.
    pub hosts: HostRules,
    /// Turns true when the process stops: streams end then.
    pub stopping: watch::Receiver<bool>,
    /// What is counted.
    pub metrics: Metrics,
    clusters: Vec<Arc<Cluster>>,
    base_path: BasePath,
}

impl App {
    /// Puts the parts together; the first of `clusters` is the default one.
    pub fn new(
        assets: Assets,
        hosts: HostRules,
        stopping: watch::Receiver<bool>,
        first: Arc<Cluster>,
        others: Vec<Arc<Cluster>>,
    ) -> Self {
        let clusters: Vec<_> = std::iter::once(first).chain(others).collect();
        Self {
            assets,
            hosts,
            stopping,
            metrics: Metrics::new(clusters.clone()),
            clusters,
            base_path: BasePath::default(),
        }
    }

    /// The same, served below a path.
    pub fn below(self, base_path: BasePath) -> Self {
        Self { assets: self.assets.below(&base_path), base_path, ..self }
    }

    /// What every path begins with.
    pub fn base_path(&self) -> &BasePath {
        &self.base_path
    }

    /// All clusters, the default one first.
    pub fn clusters(&self) -> &[Arc<Cluster>] {
        &self.clusters
    }

    /// The cluster of bare paths.
    pub fn default_cluster(&self) -> Option<&Arc<Cluster>> {
        self.clusters.first()
    }

    /// The cluster of that name.
    pub fn cluster(&self, name: &str) -> Option<&Arc<Cluster>> {
        self.clusters.iter().find(|cluster| cluster.label.name == name)
    }
}

/// Runs until a signal stops it, or something fails.
///
/// # Errors
/// Whatever [`Failure`] lists; each is one sentence for the user.
pub async fn run(config: Config) -> Result<(), Failure> {
    let mut signal = std::pin::pin!(signals::stop());
    let (stop, stopping) = watch::channel(false);
    let assets = assets(config.page_dir.as_deref())?;
    // The port is taken first: nothing is made on disk for a process that cannot serve.
    let listener = TcpListener::bind(config.listen).await.map_err(|error| Failure::bind(config.listen, &error))?;
    let address = listener.local_addr().map_err(|error| Failure::bind(config.listen, &error))?;
    let running = tokio::select! {
        running = Running::start(config.mode, &config.data_dir, address, stopping.clone()) => running?,
        // What was begun is on disk, or was not answered.
        _ = &mut signal => return Ok(()),
    };

    let hosts = HostRules::new(address.ip(), config.allowed_hosts);
    let (first, others) = running.clusters();
    let url = format!("http://{address}{}", home_of(&config.base_path));
    let app = App::new(assets, hosts, stopping.clone(), first, others).below(config.base_path);
    let app = Arc::new(app);
    let threads = Threads::start(&router::site(app), &stopping)
        .map_err(|error| Failure::Running(format!("the process cannot start its threads: {error}")))?;
    let server = tokio::spawn(serve::serve(listener, threads, stopping));

    tokio::spawn(memory::return_unused());
    tracing::info!(url, data_dir = %config.data_dir.display(), "serving");
    announce(&url);
    if config.open {
        browser::open(&url);
    }
    let ended = tokio::select! {
        signal = signal => {
            tracing::info!(signal, "stopping");
            Ok(())
        }
        failure = running.failed() => Err(failure),
    };
    // Nobody listens any more only if everything has stopped already.
    let _ = stop.send(true);
    if let Err(error) = server.await {
        tracing::error!(%error, "the server ended badly");
    }
    running.stop().await;
    ended
}

fn assets(page_dir: Option<&Path>) -> Result<Assets, Failure> {
    let Some(folder) = page_dir else { return Ok(Assets::embedded()) };
    Assets::from_folder(folder)
        .map_err(|error| Failure::Told(format!("page-dir {}: the page cannot be read: {error}", folder.display())))
}

/// The time of a cluster, for what records facts.
fn now(clock: &Clock) -> Now {
    let clock = clock.clone();
    Arc::new(move || clock.now())
}

/// What stands behind host and port in the address of the home page.
fn home_of(base: &BasePath) -> String {
    if base.as_str().is_empty() { String::new() } else { format!("{}/", base.as_str()) }
}

/// The one line on standard output: scripts wait for it.
fn announce(url: &str) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = writeln!(out, "Drove dashboard at {url}").and_then(|()| out.flush()) {
        tracing::warn!(%error, "the address could not be written to standard output");
    }
}
