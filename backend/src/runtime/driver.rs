//! The one task that changes the core: gathers inputs, commits them, applies them, carries out what comes of it.

use super::{
    cluster::{ClockChange, CommandError},
    core::Core,
    hints::HintSender,
    journal::{Checkpointer, Entry, Journal, JournalError},
    log_files::LogWriter,
    snapshot,
};
use crate::clock::{self, Clock, ClockSetting};
use controller::{Command, Output, Reply, Ticket};
use model::Timestamp;
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot, watch};

type CommandAnswer = oneshot::Sender<Result<Reply, CommandError>>;

/// What the driver is asked.
pub(super) enum Message {
    Command { command: Command, answer: CommandAnswer },
    Clock { change: ClockChange, answer: oneshot::Sender<Result<Timestamp, CommandError>> },
    Stop { answer: oneshot::Sender<()> },
}

/// Messages that one look into the inbox takes, and so the largest group commit.
const BATCH: usize = 256;
/// Deadlines of the core are served together at this distance at most: each fires at its own time all the same.
const BEAT: Duration = Duration::from_millis(5);
/// The clock is checked for jumps at least this often.
const TICK: Duration = Duration::from_secs(1);
/// Time between two attempts to write what could not be written.
const RETRY: Duration = Duration::from_secs(1);
/// Time between two moves of the write-ahead log.
const CHECKPOINT: Duration = Duration::from_secs(2);

pub(super) struct Driver {
    pub core: Arc<RwLock<Core>>,
    pub journal: Journal,
    pub clock: Clock,
    pub inbox: mpsc::Receiver<Message>,
    pub hints: HintSender,
    pub logs: LogWriter,
    pub snapshots: snapshot::Policy,
    /// Answers that the core promised for later.
    pub promised: BTreeMap<Ticket, CommandAnswer>,
    /// Deadlines of the core are not served before this.
    pub rest_until: Instant,
    /// Set to false at the end, by dropping at the latest.
    pub running: watch::Sender<bool>,
}

impl Driver {
    /// Runs until it is told to stop.
    pub async fn run(mut self) {
        let checkpointer = match self.journal.checkpointer().await {
            Ok(checkpointer) => Some(tokio::spawn(keep_short(checkpointer))),
            Err(error) => {
                tracing::warn!(%error, "the write-ahead log of the cluster will not be kept short");
                None
            }
        };
        let mut messages = Vec::with_capacity(BATCH);
        let stopper = loop {
            self.wait(&mut messages).await;
            if self.clock.jumped_ahead() {
                tracing::info!("time has jumped ahead; the cluster goes on where it was");
                self.resume().await;
            }
            if let Some(answer) = self.serve(&mut messages).await {
                break answer;
            }
            self.hints.flush(clock::monotonic());
            if self.snapshots.is_due(clock::monotonic()) {
                self.take_snapshot().await;
            }
        };
        if let Some(task) = checkpointer {
            task.abort();
        }
        self.take_snapshot().await;
        if let Err(error) = self.journal.close().await {
            tracing::warn!(%error, "the database of the cluster was not closed in order");
        }
        self.running.send_replace(false);
        // Whoever asked may have gone.
        let _gone = stopper.send(());
    }

    /// Sleeps until there are messages, or something is due.
    async fn wait(&mut self, messages: &mut Vec<Message>) {
        let now = clock::monotonic();
        let due =
            self.next_deadline().and_then(|at| self.clock.until(at)).map(|wait| (now + wait).max(self.rest_until));
        let wake = [due, self.hints.due(), Some(now + TICK)].into_iter().flatten().min().unwrap_or(now);
        tokio::select! {
            biased;
            taken = self.inbox.recv_many(messages, BATCH) => if taken == 0 {
                // All handles are gone: nobody can ask for the end in words.
                let (answer, _nobody) = oneshot::channel();
                messages.push(Message::Stop { answer });
            },
            () = tokio::time::sleep_until(wake.into()) => {}
        }
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        self.core.read().unwrap_or_else(PoisonError::into_inner).simulation.poll_timeout()
    }

    /// Serves messages in their order, neighbouring commands in one commit. Says who asked for the end, if somebody did.
    async fn serve(&mut self, messages: &mut Vec<Message>) -> Option<oneshot::Sender<()>> {
        let mut commands = Vec::new();
        let mut answers = Vec::new();
        let mut stop = None;
        for message in messages.drain(..) {
            match message {
                Message::Command { command, answer } => {
                    commands.push(command);
                    answers.push(answer);
                }
                Message::Clock { change, answer } => {
                    self.step(std::mem::take(&mut commands), std::mem::take(&mut answers)).await;
                    // Whoever asked may have gone.
                    let _gone = answer.send(self.change_clock(change).await);
                }
                Message::Stop { answer } => stop = Some(answer),
            }
        }
        self.step(commands, answers).await;
        stop
    }

    /// Commits and applies what is due, and these commands after it.
    async fn step(&mut self, commands: Vec<Command>, answers: Vec<CommandAnswer>) {
        let now = self.clock.now();
        if commands.is_empty() {
            let due = self.core.read().unwrap_or_else(PoisonError::into_inner).is_due(now);
            if !due || clock::monotonic() < self.rest_until {
                return;
            }
        }
        if let Err(error) = self.commit(Entry::Step { now, commands }, answers).await {
            tracing::error!(%error, "the cluster stands still: its journal cannot be written");
            self.rest_until = clock::monotonic() + RETRY;
        }
    }

    /// The input that says that nobody was here until now.
    async fn resume(&mut self) {
        let entry = Entry::Resume { now: self.clock.now() };
        if let Err(error) = self.commit(entry, Vec::new()).await {
            tracing::error!(%error, "the cluster could not be told that time has jumped");
        }
    }

    async fn change_clock(&mut self, change: ClockChange) -> Result<Timestamp, CommandError> {
        let setting: ClockSetting = match change {
            ClockChange::Pause => self.clock.pausing(),
            ClockChange::Resume => self.clock.resuming(),
            ClockChange::Reach(at) => self.clock.reaching(at),
        };
        self.journal.set_clock(setting).await.map_err(not_durable)?;
        self.clock.set(setting);
        self.rest_until = clock::monotonic();
        self.step(Vec::new(), Vec::new()).await;
        Ok(self.clock.now())
    }

    /// Writes an entry ahead, applies it, answers, and hands on what came out. When writing fails, nothing else happens.
    async fn commit(&mut self, entry: Entry, answers: Vec<CommandAnswer>) -> Result<(), JournalError> {
        let seq = match self.journal.append(&entry).await {
            Ok(seq) => seq,
            Err(error) => {
                let why = CommandError::NotDurable(error.to_string());
                answers.into_iter().for_each(|answer| tell(answer, Err(why.clone())));
                return Err(error);
            }
        };
        let (replies, outputs) = {
            let mut core = self.core.write().unwrap_or_else(PoisonError::into_inner);
            let outcome = core.apply(seq, entry);
            // Log bytes go under the lock, so that a snapshot of this state finds them in the writer's queue.
            let others: Vec<Output> = outcome.outputs.into_iter().filter_map(|output| self.logs.take(output)).collect();
            (outcome.replies, others)
        };
        let now = clock::monotonic();
        self.snapshots.count(!answers.is_empty(), now);
        self.rest_until = now + BEAT;
        for (answer, reply) in answers.into_iter().zip(replies) {
            match reply {
                Ok(Reply::Wait(ticket)) => {
                    self.promised.insert(ticket, answer);
                }
                Ok(reply) => tell(answer, Ok(reply)),
                Err(reject) => tell(answer, Err(reject.into())),
            }
        }
        for output in outputs {
            self.hints.gather(&output);
            if let Output::Completed(ticket, response) = output
                && let Some(answer) = self.promised.remove(&ticket)
            {
                tell(answer, Ok(Reply::Blacklist(response)));
            }
        }
        Ok(())
    }

    /// Writes the whole core, once the log files hold all that it has put out. Commands wait meanwhile, reads do not.
    async fn take_snapshot(&mut self) {
        self.snapshots.taken();
        self.logs.flushed().await;
        let core = Arc::clone(&self.core);
        let written = tokio::task::spawn_blocking(move || {
            let core = core.read().unwrap_or_else(PoisonError::into_inner);
            snapshot::write(&core.simulation).map(|bytes| (bytes, core.applied))
        });
        let stored = match written.await {
            Ok(Ok((bytes, applied))) => self.journal.store_snapshot(bytes, applied).await,
            Ok(Err(error)) => Err(error),
            Err(panicked) => Err(JournalError::damaged("the core in memory", panicked)),
        };
        if let Err(error) = stored {
            tracing::warn!(%error, "no snapshot of the cluster could be stored; its journal grows on");
        }
    }
}

async fn keep_short(mut checkpointer: Checkpointer) {
    loop {
        tokio::time::sleep(CHECKPOINT).await;
        if let Err(error) = checkpointer.checkpoint().await {
            tracing::debug!(%error, "the write-ahead log of the cluster could not be moved");
        }
    }
}

fn tell(answer: CommandAnswer, reply: Result<Reply, CommandError>) {
    // Whoever asked may have gone; the command was carried out all the same.
    let _gone = answer.send(reply);
}

fn not_durable(error: JournalError) -> CommandError {
    CommandError::NotDurable(error.to_string())
}
