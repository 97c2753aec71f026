//! The handle through which everything else uses the embedded cluster.

use super::{
    core::Core, driver::Message, hints::Hints, log_files::LogFiles, rehearsal::Rehearsed, scenario_player::Awaited,
    world::World,
};
use crate::clock::Clock;
use controller::{Command, Controller, Reject, Reply};
use model::Timestamp;
use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};
use thiserror::Error;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

/// The embedded cluster. Clones share it.
#[derive(Clone)]
pub struct EmbeddedCluster {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub core: Arc<RwLock<Core>>,
    pub inbox: mpsc::Sender<Message>,
    pub hints: broadcast::Sender<Hints>,
    pub clock: Clock,
    pub logs: LogFiles,
    pub world: World,
    pub rehearsed: Mutex<Vec<Rehearsed>>,
    pub running: watch::Receiver<bool>,
    /// What the player of the scenario waits for.
    pub awaited: Awaited,
    /// One change of the clock at a time: a step is many.
    pub clock_changes: tokio::sync::Mutex<()>,
}

/// Why a command got no success.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommandError {
    /// The core refused; nothing changed.
    #[error(transparent)]
    Rejected(#[from] Reject),
    /// It could not be made durable, so it was not carried out. The operator looks at the disk.
    #[error("the command could not be stored and was not carried out: {0}")]
    NotDurable(String),
    /// The cluster has stopped; whether the command was carried out will be known after a restart.
    #[error("the embedded cluster has stopped")]
    Stopped,
}

/// A change of the demo's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClockChange {
    Pause,
    Resume,
    /// Go forward to a time; all that is due up to it happens on the way.
    Reach(Timestamp),
}

impl EmbeddedCluster {
    /// Carries out a command and answers when its effect is durable and readable. Blacklisting takes 8 to 12 s.
    pub async fn command(&self, command: Command) -> Result<Reply, CommandError> {
        self.ask(|answer| Message::Command { command, answer }).await?
    }

    /// Reads from the core at the cluster's time. `read` must be short: the core waits for it.
    pub fn read<T>(&self, read: impl FnOnce(&Controller, Timestamp) -> T) -> T {
        // A panic while the core was changed ends the driver, and with it the process; reading on is harmless.
        let core = self.shared.core.read().unwrap_or_else(PoisonError::into_inner);
        read(core.simulation.controller(), self.now())
    }

    /// What changes from now on.
    pub fn hints(&self) -> broadcast::Receiver<Hints> {
        self.shared.hints.subscribe()
    }

    /// The world it lives in.
    pub fn world(&self) -> &World {
        &self.shared.world
    }

    /// Log files of all runs.
    pub fn logs(&self) -> &LogFiles {
        &self.shared.logs
    }

    /// The cluster's clock, for reading.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// The cluster's time.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// What the scenario did before the world was shown; given out once.
    pub fn take_rehearsed(&self) -> Vec<Rehearsed> {
        std::mem::take(&mut *self.shared.rehearsed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Stops the clock. Answers the time at which it stands.
    pub async fn clock_pause(&self) -> Result<Timestamp, CommandError> {
        let _alone = self.shared.clock_changes.lock().await;
        self.change_clock(ClockChange::Pause).await
    }

    /// Lets a stopped clock go on.
    pub async fn clock_resume(&self) -> Result<Timestamp, CommandError> {
        let _alone = self.shared.clock_changes.lock().await;
        self.change_clock(ClockChange::Resume).await
    }

    /// Puts the clock forward. When this answers, everything due up to the new time has happened, the scenario's commands
    /// each at its own time among it, and its log is written.
    pub async fn clock_step(&self, span: Duration) -> Result<Timestamp, CommandError> {
        let _alone = self.shared.clock_changes.lock().await;
        let target = self.now() + span;
        while let Some(at) = self.shared.awaited.next().filter(|at| *at <= target) {
            self.change_clock(ClockChange::Reach(at)).await?;
            self.shared.awaited.given(at).await;
        }
        let now = self.change_clock(ClockChange::Reach(target)).await?;
        self.shared.logs.flushed().await;
        Ok(now)
    }

    /// What the player of the scenario waits for.
    pub(super) fn awaited(&self) -> &Awaited {
        &self.shared.awaited
    }

    /// Stops in order: what was taken is answered, a snapshot is written, the journal is closed.
    pub async fn shutdown(&self) {
        let (answer, stopped) = oneshot::channel();
        if self.shared.inbox.send(Message::Stop { answer }).await.is_ok() {
            // An error means that the driver ended by itself, which is what was asked for.
            let _ended = stopped.await;
        }
    }

    /// Waits until the driver has ended, by [`EmbeddedCluster::shutdown`] or by a failure of its own.
    pub async fn stopped(&self) {
        let mut running = self.shared.running.clone();
        // An error means that the driver is gone without a word.
        let _gone = running.wait_for(|running| !running).await;
    }

    async fn change_clock(&self, change: ClockChange) -> Result<Timestamp, CommandError> {
        self.ask(|answer| Message::Clock { change, answer }).await?
    }

    async fn ask<T>(&self, message: impl FnOnce(oneshot::Sender<T>) -> Message) -> Result<T, CommandError> {
        let (answer, answered) = oneshot::channel();
        self.shared.inbox.send(message(answer)).await.map_err(|_| CommandError::Stopped)?;
        answered.await.map_err(|_| CommandError::Stopped)
    }
}
