//! What is read when: while this process watches, while another replica does, and while the ledger cannot be written.

use super::{
    refresh::Refreshed,
    round::{Noted, Round},
};
use crate::{
    ledger::LedgerError,
    upstream::{Change, Changes},
};
use futures_util::{FutureExt, StreamExt};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};

/// Events are read so often; twice as often while there are any.
const EVENTS_EVERY: Duration = Duration::from_secs(1);
/// The list of active tasks of the embedded core, and all else with it, so often. Of a real cluster that list, and one further
/// read, by turns twice as often.
const LISTS_EVERY: Duration = Duration::from_secs(2);
/// Pause between reads at least: a leader that is slow is not asked without pause.
const LEAST_PAUSE: Duration = Duration::from_millis(250);
/// Longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A round at hints is followed by a pause of so many times its length, so that reading takes a third of a core at most.
const PAUSE_FACTOR: u32 = 2;
const LONGEST_HINT_PAUSE: Duration = Duration::from_millis(300);
/// When the replica that watches has shown nothing for so long, and nobody else begins to, this one reads a little itself.
/// Longer than what one read may take and the pause after it.
pub const LONGEST_SILENCE: Duration = Duration::from_secs(20);

/// Works for a [`super::Watcher`].
pub struct Worker {
    /// What is read.
    pub round: Round,
    /// Set once everything was read, or shown by another replica, for the first time.
    pub caught_up: watch::Sender<bool>,
    /// Whether this process watches.
    pub turn: watch::Receiver<bool>,
    /// Why the ledger cannot be written, while it cannot.
    pub trouble: watch::Receiver<Option<LedgerError>>,
    /// What the replica that does shows.
    pub shared: watch::Receiver<Option<Arc<str>>>,
    /// What was read on users' behalf.
    pub refreshed: mpsc::Receiver<Refreshed>,
}

/// When what is read next.
struct Schedule {
    lists: Instant,
    events: Instant,
    /// Hints are not followed sooner.
    hints: Instant,
    failures: u32,
}

impl Worker {
    /// Works until `stopped` turns true.
    pub async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        // Hints are listened to before the first read: nothing falls in between.
        let mut changes = self.round.changes();
        let working = async {
            loop {
                if self.may_record() {
                    self.watch(&mut changes).await;
                } else {
                    self.look_on(&mut changes).await;
                }
            }
        };
        tokio::select! {
            () = working => {}
            // The sender is part of the handle: when it is gone, nobody can stop this any other way.
            _ = stopped.wait_for(|stop| *stop) => {}
        }
        self.round.tell_the_last().await;
    }

    /// Whether this process watches, and the ledger takes what it reads.
    fn may_record(&mut self) -> bool {
        let is_writable = self.trouble.borrow_and_update().is_none();
        *self.turn.borrow_and_update() && is_writable
    }

    /// Watches until another replica does, or the ledger cannot be written.
    async fn watch(&mut self, changes: &mut Changes) {
        if !self.begin(changes).await {
            return;
        }
        self.caught_up.send_replace(true);
        let mut due = Schedule::from_now();
        while self.may_record() {
            let noted = tokio::select! {
                // The ledger lives as long as this does.
                Ok(()) = self.turn.changed() => continue,
                Ok(()) = self.trouble.changed() => continue,
                Some(batch) = changes.next() => self.note_all(batch, changes),
                Some(refreshed) = self.refreshed.recv() => {
                    take_details(&mut self.round, refreshed);
                    continue;
                }
                () = sleep_until(due.next()) => Noted::Nothing,
            };
            match noted {
                Noted::NewLeader => due.at_once(),
                Noted::Touched if self.round.reads_at_hints() => {
                    // Whatever else has come by now belongs to the same round.
                    sleep_until(due.hints).await;
                    while let Some(Some(batch)) = changes.next().now_or_never() {
                        self.round.note(batch);
                    }
                }
                Noted::Touched => {
                    // A read soon enough tells what it was, for all hints at once.
                    due.events = due.events.min(due.hints);
                    continue;
                }
                Noted::Nothing if due.next() > Instant::now() => continue,
                Noted::Nothing => {}
            }
            self.read(&mut due).await;
        }
    }

    /// Reads everything for the first time, again and again until that works. Whether this process may still record.
    async fn begin(&mut self, changes: &mut Changes) -> bool {
        let mut failures = 0;
        tracing::info!("this process watches the cluster");
        loop {
            // Who leads is known before anything is read.
            self.note_all(Vec::new(), changes);
            let Err(error) = self.round.begin_to_watch().await else { return true };
            failures += 1;
            tracing::warn!(%error, "the cluster could not be read at first; trying again");
            let again = Instant::now() + pause_after(failures);
            loop {
                tokio::select! {
                    () = sleep_until(again) => break,
                    Ok(()) = self.turn.changed() => if !self.may_record() {
                        return false;
                    },
                    Ok(()) = self.trouble.changed() => if !self.may_record() {
                        return false;
                    },
                    Some(refreshed) = self.refreshed.recv() => take_details(&mut self.round, refreshed),
                    Some(batch) = changes.next() => if self.round.note(batch) == Noted::NewLeader {
                        break;
                    },
                }
            }
        }
    }

    /// Keeps `first` and all hints that have come since: they belong to the same round. A leader that was lost and found many
    /// times is read once.
    fn note_all(&mut self, first: Vec<Change>, changes: &mut Changes) -> Noted {
        let mut noted = self.round.note(first);
        while let Some(Some(batch)) = changes.next().now_or_never() {
            noted = noted.max(self.round.note(batch));
        }
        noted
    }

    async fn read(&mut self, due: &mut Schedule) {
        let begun = Instant::now();
        // What is due a moment later is read at once: each round begins with the events.
        let lists = due.lists <= begun + LEAST_PAUSE;
        let done = if lists { self.round.lists().await } else { self.round.events().await };
        let is_busy = done.as_ref().is_ok_and(|news| *news);
        match done {
            Ok(_) => due.failures = 0,
            Err(error) => {
                due.failures += 1;
                tracing::warn!(%error, failures = due.failures, "the cluster could not be read");
            }
        }
        let (now, pause, busy_pause) = (Instant::now(), pause_after(due.failures), EVENTS_EVERY / 2);
        let soonest = now + pause.max(LEAST_PAUSE);
        // By the beginnings of reads, so that they keep their pace whatever they take.
        if lists {
            let every = if self.round.reads_at_hints() { LISTS_EVERY } else { LISTS_EVERY / 2 };
            due.lists = (begun + every).max(soonest);
        }
        due.events = (begun + if is_busy { busy_pause } else { EVENTS_EVERY }).max(soonest);
        due.hints = now
            + match self.round.reads_at_hints() {
                true => (now - begun).saturating_mul(PAUSE_FACTOR).min(LONGEST_HINT_PAUSE).max(pause),
                false => busy_pause.max(pause),
            };
    }

    /// Records nothing until this process may. Shows what another replica sees, or reads leader and executors itself while
    /// no replica can share anything through the ledger.
    async fn look_on(&mut self, changes: &mut Changes) {
        let watches = *self.turn.borrow();
        if !watches {
            self.round.leave_to_others();
        }
        let mut read_from = Instant::now();
        if self.trouble.borrow().is_none() {
            read_from += LONGEST_SILENCE;
            // What was shown before this began is shown, too.
            self.shared.mark_changed();
        }
        while !self.may_record() {
            tokio::select! {
                // The ledger lives as long as this does.
                Ok(()) = self.turn.changed() => {}
                Ok(()) = self.trouble.changed() => if self.trouble.borrow().is_some() {
                    read_from = Instant::now();
                },
                Ok(()) = self.shared.changed() => {
                    let shared = self.shared.borrow_and_update().clone();
                    if shared.is_some_and(|shared| self.round.show_shared(&shared)) {
                        self.caught_up.send_replace(true);
                        read_from = Instant::now() + LONGEST_SILENCE;
                    }
                }
                Some(batch) = changes.next() => {
                    // What became of a task is for the one that watches to find out.
                    let is_ours = |change: &Change| watches || matches!(change, Change::Leader(_));
                    self.round.note(batch.into_iter().filter(is_ours).collect());
                }
                Some(refreshed) = self.refreshed.recv() => take_details(&mut self.round, refreshed),
                () = sleep_until(read_from) => {
                    if let Err(error) = self.round.aside().await {
                        tracing::warn!(%error, "the cluster could not be read, and no other replica shows it");
                    }
                    read_from = Instant::now() + LISTS_EVERY;
                }
            }
        }
    }
}

impl Schedule {
    fn from_now() -> Self {
        let now = Instant::now();
        Self { lists: now + LISTS_EVERY, events: now + EVENTS_EVERY, hints: now, failures: 0 }
    }

    fn next(&self) -> Instant {
        self.events.min(self.lists)
    }

    fn at_once(&mut self) {
        (self.lists, self.failures) = (Instant::now(), 0);
    }
}

fn take_details(round: &mut Round, Refreshed { details, shown }: Refreshed) {
    round.take_details(details);
    // Whoever waited may have gone.
    let _ = shown.send(());
}

/// Pause after so many failures in a row: none, then 1 s, doubled up to a limit.
fn pause_after(failures: u32) -> Duration {
    match failures {
        0 => Duration::ZERO,
        n => Duration::from_secs(1).saturating_mul(1 << (n - 1).min(8)).min(LONGEST_PAUSE),
    }
}
