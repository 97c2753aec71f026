//! The one writer of the ledger: takes what it is told in batches, one transaction each (group commit).
//!
//! Intents go first, alone and in small transactions, because a user waits for them. Everything else is applied to the
//! [`Book`] and stored in chunks ([`turn`]), so that an intent never waits long for it. Where replicas share a ledger,
//! each has its writer, and one of them writes at a time ([`follow`]).

mod follow;
mod health;
mod intents;
mod turn;

pub use follow::unknown;
pub use intents::{IntentRequest, refuse_surplus};

use super::{
    answer_log::AnswerLog,
    book::Book,
    database::Connection,
    fact::{Answer, Intent, Observation, SubmissionId},
    history::Lists,
    open::{Target, Turn},
    published::Published,
    pulse::Wait,
    retention::{Limits, Step, Sweep},
    steady::SteadyTime,
    store::Scope,
};
use health::patiently;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, MissedTickBehavior},
};

/// A replica that lives and has lost its connections has them back by then. Until it has, it looks as if it had ended.
const BACK_AGAIN: Duration = Duration::from_secs(5);
/// Facts stored in one transaction.
const FACTS_AT_ONCE: usize = 128;
/// Intents stored in one transaction.
const INTENTS_AT_ONCE: usize = 64;
/// While intents come, storing facts takes a fifth of the writer's time at most: they wait for one another and are stored
/// together, which costs far less than one by one.
const FACTS_PAUSE_FACTOR: u32 = 4;
const LONGEST_FACTS_PAUSE: Duration = Duration::from_millis(100);
/// How long to wait before a failed transaction is tried again.
const RETRY_AFTER: Duration = Duration::from_millis(500);
/// How often old runs are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Anything but an intent.
pub enum Told {
    /// An operation was answered.
    Answer(SubmissionId, Answer),
    /// An operation was not let in, or never sent.
    Withdraw(SubmissionId),
    /// An operation of the past with its answer.
    Rehearsed(Box<Intent>, Answer),
    /// The watcher saw something.
    Observed(Box<Observation>),
    /// Tell when everything before this is stored.
    Flush(oneshot::Sender<()>, Wait),
    /// Store what was told, close the database, and tell.
    Close(oneshot::Sender<()>),
}

impl Told {
    /// Whether this is to be stored.
    pub fn is_fact(&self) -> bool {
        !matches!(self, Self::Flush(..) | Self::Close(_))
    }
}

/// What the writer works with.
pub struct Writer {
    pub(super) target: Target,
    pub(super) connection: Connection,
    pub(super) scope: Scope,
    pub(super) book: Book,
    /// Intents of other replicas that wait for their answers.
    pub(super) foreign: BTreeSet<SubmissionId>,
    /// The book may hold what was not stored: it is read again before it is used.
    pub(super) is_stale: bool,
    /// A batch of facts could not be stored and is tried again.
    pub(super) is_stuck: bool,
    /// Intents that could not be stored and are tried again.
    pub(super) held: Vec<IntentRequest>,
    /// When the ledger is probed next.
    pub(super) probe_at: Instant,
    pub(super) seq: u64,
    pub(super) published: Arc<Published>,
    pub(super) lists: Arc<Lists>,
    pub(super) answers: Arc<AnswerLog>,
    pub(super) keep: Duration,
    /// What decides which runs are old.
    pub(super) steady: SteadyTime,
    pub(super) keep_bytes: Option<u64>,
    /// Whether this process watches the cluster: it is the one that removes old runs.
    pub(super) turn: Turn,
    /// Moves when other replicas may have written; absent when there can be none.
    pub(super) news: Option<watch::Receiver<()>>,
}

impl Writer {
    /// Works until it is told to close; then everything told before is stored. `facts` are stored first.
    pub async fn run(
        mut self,
        mut intents: mpsc::Receiver<IntentRequest>,
        mut told: mpsc::UnboundedReceiver<Told>,
        mut facts: Vec<Told>,
    ) {
        let mut closing = None;
        self.store(&mut facts, &mut closing).await;
        let mut retry_at = Instant::now() + RETRY_AFTER;
        let mut next_sweep = tokio::time::interval(SWEEP_EVERY);
        next_sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sweep = None;
        let mut judged_from = Instant::now();
        let mut facts_from = Instant::now();
        let mut sweep_from = Instant::now();
        let mut is_busy = false;
        let mut news = self.news.clone();
        let mut is_watching = Some(self.turn.is_watching());
        while closing.is_none() || self.is_stuck {
            // Intents that never cease must not keep facts out for ever.
            let is_overdue = match self.is_stuck {
                true => Instant::now() >= retry_at,
                false => !told.is_empty() && facts_from.elapsed() >= LONGEST_FACTS_PAUSE,
            };
            is_busy &= !is_overdue;
            tokio::select! {
                biased;
                n = intents.recv_many(&mut self.held, INTENTS_AT_ONCE), if !is_overdue => {
                    if n == 0 { return; }
                    patiently(&self.published.clone(), self.store_intents()).await;
                    is_busy = true;
                    continue;
                }
                () = tokio::time::sleep_until(facts_from), if is_busy => {
                    is_busy = false;
                    continue;
                }
                () = tokio::time::sleep_until(retry_at), if self.is_stuck => {
                    // The facts may be about operations whose intents wait.
                    if !self.held.is_empty() {
                        patiently(&self.published.clone(), self.store_intents()).await;
                    }
                }
                n = told.recv_many(&mut facts, FACTS_AT_ONCE), if !self.is_stuck && !is_busy => {
                    if n == 0 { return; }
                }
                () = moved(&mut news), if !self.is_stuck => {
                    patiently(&self.published.clone(), self.follow()).await;
                    continue;
                }
                () = moved(&mut is_watching) => {
                    next_sweep.reset_immediately();
                    judged_from = Instant::now() + BACK_AGAIN;
                    continue;
                }
                _ = next_sweep.tick(), if sweep.is_none() && !self.is_stuck => {
                    let watches = *self.turn.is_watching().borrow();
                    sweep = Some(if watches { Sweep::new(self.limits()) } else { Sweep::of_size() });
                    if Instant::now() >= judged_from {
                        let left = patiently(&self.published.clone(), self.left_by_dead_replicas()).await;
                        self.published.queued(left.len());
                        facts.extend(left);
                    } else {
                        // What fails here fails again when something is to be stored, and is told then.
                        drop(patiently(&self.published.clone(), self.be_ready()).await);
                        next_sweep.reset_at(judged_from);
                    }
                }
                // Removing takes a part of the writer's time only, and none that somebody waits for.
                () = tokio::time::sleep_until(sweep_from), if sweep.is_some() && !self.is_stuck && !is_busy => {
                    let begun = Instant::now();
                    patiently(&self.published.clone(), self.sweep(&mut sweep)).await;
                    sweep_from = Instant::now() + begun.elapsed();
                    continue;
                }
                () = tokio::time::sleep_until(self.probe_at), if !self.is_stuck => {
                    patiently(&self.published.clone(), self.probe()).await;
                    continue;
                }
            }
            let begun = Instant::now();
            patiently(&self.published.clone(), self.store(&mut facts, &mut closing)).await;
            retry_at = Instant::now() + RETRY_AFTER;
            facts_from = Instant::now() + (begun.elapsed() * FACTS_PAUSE_FACTOR).min(LONGEST_FACTS_PAUSE);
        }
        if !self.held.is_empty() {
            tracing::error!(
                operations = self.held.len(),
                "operations were not recorded: the ledger could not be written"
            );
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "the ledger was not closed cleanly");
        }
        if let Some(close) = closing {
            // Whoever stopped waiting is not told.
            let _ = close.send(());
        }
    }

    /// Stores `facts` and answers those who wait for that. When it fails, they stay where they are to be tried again.
    async fn store(&mut self, facts: &mut Vec<Told>, closing: &mut Option<oneshot::Sender<()>>) {
        let stored = self.turn(facts).await;
        self.is_stuck = stored.is_err();
        match stored {
            Ok(has_written) => {
                if has_written {
                    self.written();
                }
            }
            Err(error) => return self.failed(error),
        }
        self.published.stored(facts.iter().filter(|fact| fact.is_fact()).count());
        self.answers.stored(facts.iter().filter(|fact| matches!(fact, Told::Answer(..))).count());
        for fact in facts.drain(..) {
            match fact {
                Told::Flush(done, wait) => {
                    wait.stored();
                    // The receiver may have stopped waiting.
                    let _ = done.send(());
                }
                Told::Close(done) => *closing = Some(done),
                Told::Answer(..) | Told::Withdraw(_) | Told::Rehearsed(..) | Told::Observed(_) => {}
            }
        }
    }

    fn limits(&mut self) -> Limits {
        Limits { before: self.steady.at(self.published.now()) - self.keep, keep: self.keep, bytes: self.keep_bytes }
    }

    /// One step of a sweep. One that fails is given up until the next.
    async fn sweep(&mut self, sweep: &mut Option<Sweep>) {
        let Some(under_way) = sweep else { return };
        match self.sweep_on(under_way).await {
            Ok(Step::Removed(_) | Step::Went) => {}
            Ok(Step::Over(bytes)) => {
                self.published.set_size(bytes);
                *sweep = None;
            }
            Err(error) => {
                tracing::warn!(%error, "old runs could not be removed from the ledger");
                *sweep = None;
            }
        }
    }
}

/// Returns when something has moved on.
async fn moved<T>(what: &mut Option<watch::Receiver<T>>) {
    if let Some(what) = what
        && what.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}
