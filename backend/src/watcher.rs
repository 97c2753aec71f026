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

mod budget;
mod doubts;
mod events;
mod executors;
mod picture;
mod refresh;
mod round;
mod status;
mod tasks;
mod verdicts;

pub use picture::ClusterPicture;
pub use refresh::Refresher;

use crate::{
    clock::Clock,
    drove_client::DroveClient,
    ledger::{Ledger, LedgerError},
};
use futures_util::StreamExt;
use refresh::Refreshed;
use round::{Noted, Round};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::Instant,
};

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

/// Events are read so often; twice as often while there are any.
const EVENTS_EVERY: Duration = Duration::from_secs(1);
/// The list of active tasks, and one further read, so often.
const LISTS_EVERY: Duration = Duration::from_secs(2);
/// Longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A round at hints is followed by a pause of so many times its length, so that reading takes a third of a core at most.
const PAUSE_FACTOR: u32 = 2;
const LONGEST_HINT_PAUSE: Duration = Duration::from_millis(300);

/// Starts watching. `client` acts for the watcher itself.
pub async fn start(
    config: WatcherConfig,
    client: DroveClient,
    ledger: Ledger,
    clock: Clock,
) -> Result<Watcher, LedgerError> {
    let since = ledger.last_event(&config.world).await?;
    let (picture_sender, picture) = watch::channel(Arc::new(ClusterPicture::unread(&config, clock.now())));
    let (caught_up_sender, caught_up) = watch::channel(false);
    let (stop, stopped) = watch::channel(false);
    let turn = ledger.is_watching();
    let round = Round::new(config, client, ledger, clock, since, picture_sender);
    let (refresher, refreshed) = Refresher::new();
    let worker = tokio::spawn(watch_until_stopped(round, caught_up_sender, turn, refreshed, stopped));
    Ok(Watcher { picture, caught_up, refresher, stop, worker })
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

async fn watch_until_stopped(
    mut round: Round,
    caught_up: watch::Sender<bool>,
    mut turn: watch::Receiver<bool>,
    mut refreshed: mpsc::Receiver<Refreshed>,
    mut stopped: watch::Receiver<bool>,
) {
    let watching = async {
        // Hints are listened to before the first read: nothing falls in between.
        let mut changes = round.changes();
        let mut failures = 0;
        if !*turn.borrow() {
            round.leave_to_others();
        }
        while let Err(error) = round.everything().await {
            failures += 1;
            tracing::warn!(%error, "the cluster could not be read at first; trying again");
            let again = Instant::now() + pause_after(failures);
            loop {
                tokio::select! {
                    () = tokio::time::sleep_until(again) => break,
                    Some(batch) = changes.next() => {
                        if round.note(batch) == Noted::NewLeader {
                            break;
                        }
                    }
                }
            }
        }
        caught_up.send_replace(true);
        let mut lists_due = Instant::now() + LISTS_EVERY;
        let mut events_due = Instant::now() + EVENTS_EVERY;
        let mut hints_from = Instant::now();
        failures = 0;
        loop {
            let watches = *turn.borrow_and_update();
            if watches && !round.records() {
                if let Err(error) = round.take_over().await {
                    tracing::warn!(%error, "the cluster could not be read when this process began to watch it");
                }
                // Whatever failed, the next reads follow their usual pace.
                lists_due = Instant::now() + LISTS_EVERY;
            }
            let next = if watches { events_due.min(lists_due) } else { lists_due };
            tokio::select! {
                // The ledger lives as long as this does.
                Ok(()) = turn.changed() => continue,
                Some(batch) = changes.next() => {
                    let noted = round.note(batch);
                    if !watches {
                        // What happens is told by the ledger; who leads, and which executors there are, is read here.
                        continue;
                    }
                    if noted == Noted::NewLeader {
                        (lists_due, failures) = (Instant::now(), 0);
                    } else if !round.reads_at_hints() {
                        // A read soon enough tells what it was, for all hints at once.
                        if noted == Noted::Touched {
                            events_due = events_due.min(hints_from);
                        }
                        continue;
                    } else {
                        // Whatever else has come by now belongs to the same round.
                        tokio::time::sleep_until(hints_from).await;
                        while let Some(Some(batch)) = futures_util::FutureExt::now_or_never(changes.next()) {
                            round.note(batch);
                        }
                    }
                }
                Some(Refreshed { details, shown }) = refreshed.recv() => {
                    round.take_details(details);
                    // Whoever waited may have gone.
                    let _ = shown.send(());
                    continue;
                }
                () = tokio::time::sleep_until(next) => {}
            }
            let begun = Instant::now();
            let done = if !watches {
                round.aside().await.map(|()| false)
            } else if begun >= lists_due {
                round.lists().await
            } else {
                round.events().await
            };
            let is_busy = done.as_ref().is_ok_and(|news| *news);
            match done {
                Ok(_) => failures = 0,
                Err(error) => {
                    failures += 1;
                    tracing::warn!(%error, failures, "the cluster could not be read");
                }
            }
            let now = Instant::now();
            if begun >= lists_due {
                lists_due = now + LISTS_EVERY.max(pause_after(failures));
            }
            let busy_pause = EVENTS_EVERY / 2;
            events_due = now + if is_busy { busy_pause } else { EVENTS_EVERY.max(pause_after(failures)) };
            hints_from = if round.reads_at_hints() {
                now + (now - begun).saturating_mul(PAUSE_FACTOR).min(LONGEST_HINT_PAUSE).max(pause_after(failures))
            } else {
                now + busy_pause.max(pause_after(failures))
            };
        }
    };
    tokio::select! {
        () = watching => {}
        // The sender is part of the handle: when it is gone, nobody can stop this any other way.
        _ = stopped.wait_for(|stop| *stop) => {}
    }
}

/// Pause after so many failures in a row: none, then 1 s, doubled up to a limit.
fn pause_after(failures: u32) -> Duration {
    match failures {
        0 => Duration::ZERO,
        n => Duration::from_secs(1).saturating_mul(1 << (n - 1).min(8)).min(LONGEST_PAUSE),
    }
}

#[cfg(test)]
mod tests;
