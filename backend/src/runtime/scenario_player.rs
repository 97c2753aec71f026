//! Gives the scenario's commands at their times, through the same door as everybody else.

use super::EmbeddedCluster;
use crate::clock::Clock;
use controller::{Command, scenario::Scenario};
use model::Timestamp;
use std::{future::Future, time::Duration};
use tokio::sync::watch;

/// The longest sleep: after it the time is looked at again, should the machine have slept as well.
const NAP: Duration = Duration::from_secs(10);
/// What is later than this was due while the machine slept.
const TOO_LATE: Duration = Duration::from_secs(60);

/// When the next command of the scenario is due: whoever puts the clock forward stops there until it was given.
#[derive(Debug, Default)]
pub(super) struct Awaited(watch::Sender<Option<Timestamp>>);

impl Awaited {
    /// Nothing when nobody plays, or nothing more is to come.
    pub fn next(&self) -> Option<Timestamp> {
        *self.0.borrow()
    }

    /// Waits until the command that is due at `at` was given.
    pub async fn given(&self, at: Timestamp) {
        // An error would mean that the sender is gone, which `self` is.
        drop(self.0.subscribe().wait_for(|next| *next != Some(at)).await.map(|_| ()));
    }

    fn set(&self, next: Option<Timestamp>) {
        self.0.send_replace(next);
    }
}

/// Plays the scenario of a cluster. The clock goes past no command of it from now on.
pub struct Player {
    cluster: EmbeddedCluster,
    work: Scenario,
    next: Option<(Timestamp, Command)>,
}

impl Player {
    /// A player that begins with what is due after now. What would have been due while the process was away is left out.
    pub fn new(cluster: EmbeddedCluster) -> Self {
        let work = cluster.world().work();
        let mut this = Self { next: None, work, cluster };
        this.look_after(this.cluster.now());
        this
    }

    /// Plays for ever; ends when the scenario has nothing more to give. `submit` carries out one command as if a user had
    /// asked for it; it must not wait for the clock, which may be standing until it is done.
    pub async fn play<F, Fut>(mut self, submit: F)
    where
        F: Fn(Command) -> Fut,
        Fut: Future<Output = ()>,
    {
        while let Some((time, command)) = self.next.take() {
            let now = reach(self.cluster.clock(), time).await;
            if now.since(time) > TOO_LATE {
                self.look_after(now);
                continue;
            }
            submit(command).await;
            self.look_after(time);
        }
    }

    fn look_after(&mut self, time: Timestamp) {
        self.next = self.work.next(time);
        self.cluster.awaited().set(self.next.as_ref().map(|(at, _)| *at));
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        // Nobody must wait for what will never be given.
        self.cluster.awaited().set(None);
    }
}

/// Waits until the clock shows `time`, however it gets there. Returns what it shows then.
async fn reach(clock: &Clock, time: Timestamp) -> Timestamp {
    loop {
        let mut changes = clock.changes();
        let wait = clock.until(time);
        if wait.is_some_and(|wait| wait.is_zero()) {
            return clock.now();
        }
        tokio::select! {
            () = tokio::time::sleep(wait.unwrap_or(NAP).min(NAP)) => {}
            // The clock cannot end while this holds it.
            _ = changes.changed() => {}
        }
    }
}
