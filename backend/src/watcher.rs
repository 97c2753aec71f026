//! From the cluster to the ledger: what is read when, and what it tells.
//!
//! One watcher for each cluster, whatever the number of pages. It reads through [`DroveClient`] only, hands what it saw
//! to the [`Ledger`], and keeps the [`ClusterPicture`]. Facts are stamped in the cluster's time; reading is paced in real
//! time, so a paused clock stops nothing but time.
//!
//! * Events first ([`events`]): they tell nearly everything, in order.
//! * The list of active tasks ([`tasks`]): what it lacks or adds is a doubt or a fact.
//! * Single look-ups ([`doubts`]): what neither explains. Drove raises no event for LOST.
//! * Executors ([`executors`]), those read longest ago first.
//!
//! Where replicas share a ledger, one of them watches, and shows the others what it sees ([`worker`], [`shared`]): they
//! ask the leader nothing. While the ledger cannot be written, leader and executors are read and shown, and nothing is
//! recorded; afterwards the watcher goes on from the last event that the ledger holds.

mod budget;
mod doubts;
mod events;
mod executors;
mod picture;
mod refresh;
mod round;
mod shared;
mod status;
mod tasks;
mod unlisted;
mod verdicts;
mod worker;

pub use picture::ClusterPicture;
pub use refresh::Refresher;

use crate::{clock::Clock, drove_client::DroveClient, ledger::Ledger};
use round::Round;
use std::sync::Arc;
use tokio::{sync::watch, task::JoinHandle};
use tracing::Instrument;
use worker::Worker;

/// Whom a watcher watches.
#[derive(Clone, Debug)]
pub struct WatcherConfig {
    /// Name of the cluster.
    pub cluster: String,
    /// Id of the demo's world; a constant for a real cluster.
    pub world: String,
    /// The core is embedded: reads cost nothing and are made at every hint, KILL works before RUNNING.
    pub embedded: bool,
    /// Requests in a second at most; of no account for an embedded core.
    pub budget: u32,
}

/// What a watcher may send to a real leader in a second, whatever the number of pages (design section 3).
const REQUESTS_A_SECOND: u32 = 3;

impl WatcherConfig {
    /// For the embedded core.
    pub fn embedded(cluster: &str, world: &str) -> Self {
        Self { cluster: cluster.to_owned(), world: world.to_owned(), embedded: true, budget: u32::MAX }
    }

    /// For a real cluster.
    pub fn real(cluster: &str, world: &str) -> Self {
        Self { cluster: cluster.to_owned(), world: world.to_owned(), embedded: false, budget: REQUESTS_A_SECOND }
    }
}

/// A running watcher.
#[derive(Debug)]
pub struct Watcher {
    picture: watch::Receiver<Arc<ClusterPicture>>,
    caught_up: watch::Receiver<bool>,
    refresher: Refresher,
    stop: watch::Sender<bool>,
    worker: JoinHandle<()>,
}

/// Starts watching. `client` acts for the watcher itself.
pub fn start(config: WatcherConfig, client: DroveClient, ledger: Ledger, clock: Clock) -> Watcher {
    let (picture_sender, picture) = watch::channel(Arc::new(ClusterPicture::unread(&config, clock.now())));
    let (caught_up_sender, caught_up) = watch::channel(false);
    let (stop, stopped) = watch::channel(false);
    let (turn, trouble, shared) = (ledger.is_watching(), ledger.trouble(), ledger.shared_picture());
    let round = Round::new(config, client, ledger, clock, picture_sender);
    let (refresher, refreshed) = Refresher::new();
    let worker = Worker { round, caught_up: caught_up_sender, turn, trouble, shared, refreshed };
    let worker = tokio::spawn(worker.run(stopped).in_current_span());
    Watcher { picture, caught_up, refresher, stop, worker }
}

impl Watcher {
    /// The cluster as last seen.
    pub fn picture(&self) -> watch::Receiver<Arc<ClusterPicture>> {
        self.picture.clone()
    }

    /// Takes details that were read on a user's behalf.
    pub fn refresher(&self) -> Refresher {
        self.refresher.clone()
    }

    /// Returns once everything was read and recorded for the first time.
    pub async fn caught_up(&self) {
        // An error means that it was stopped before.
        drop(self.caught_up.clone().wait_for(|caught_up| *caught_up).await.map(|_| ()));
    }

    /// Stops reading; what was seen is recorded.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.worker.await {
            tracing::warn!(%error, "the watcher did not stop by itself");
        }
    }
}

#[cfg(test)]
mod tests;
