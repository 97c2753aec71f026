//! The one writer of the ledger: takes what it is told in batches, one transaction each (group commit).
//!
//! Intents go first, alone and in small transactions, because a user waits for them. Everything else is applied to the
//! [`Book`] and stored in chunks ([`turn`]), so that an intent never waits long for it. Where replicas share a ledger,
//! each has its writer, and one of them writes at a time ([`follow`]).

mod follow;
mod turn;

pub use follow::unknown;

use super::{
    LedgerError,
    book::Book,
    database::Connection,
    fact::{Answer, Intent, Observation, SubmissionId},
    history::Lists,
    open::{Target, Turn},
    published::Published,
    retention::{Limits, Step, Sweep},
    store::{self, Scope},
};
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

/// An intent and whom to tell that it is stored.
pub type IntentRequest = (Intent, oneshot::Sender<Result<SubmissionId, LedgerError>>);

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
    Flush(oneshot::Sender<()>),
    /// Store what was told, close the database, and tell.
    Close(oneshot::Sender<()>),
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
    pub(super) seq: u64,
    pub(super) published: Arc<Published>,
    pub(super) lists: Arc<Lists>,
    pub(super) keep: Duration,
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
        let mut is_stuck = !self.store(&mut facts, &mut closing).await;
        let mut next_sweep = tokio::time::interval(SWEEP_EVERY);
        next_sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sweep = None;
        let mut judged_from = Instant::now();
        let mut facts_from = Instant::now();
        let mut sweep_from = Instant::now();
        let mut is_busy = false;
        let mut news = self.news.clone();
        let mut is_watching = Some(self.turn.is_watching());
        while closing.is_none() || is_stuck {
            // Intents that never cease must not keep facts out for ever.
            let is_overdue = !told.is_empty() && facts_from.elapsed() >= LONGEST_FACTS_PAUSE;
            is_busy &= !is_overdue;
            let mut requests = Vec::new();
            tokio::select! {
                biased;
                n = intents.recv_many(&mut requests, INTENTS_AT_ONCE), if !is_overdue || is_stuck => {
                    if n == 0 { return; }
                    self.store_intents(&mut requests).await;
                    is_busy = true;
                    continue;
                }
                () = tokio::time::sleep_until(facts_from), if is_busy => {
                    is_busy = false;
                    continue;
                }
                n = told.recv_many(&mut facts, FACTS_AT_ONCE), if !is_stuck && !is_busy => {
                    if n == 0 { return; }
                }
                () = moved(&mut news), if !is_stuck => {
                    self.follow().await;
                    continue;
                }
                () = moved(&mut is_watching) => {
                    next_sweep.reset_immediately();
                    judged_from = Instant::now() + BACK_AGAIN;
                    continue;
                }
                _ = next_sweep.tick(), if sweep.is_none() && !is_stuck => {
                    let watches = *self.turn.is_watching().borrow();
                    sweep = Some(if watches { Sweep::new(self.limits()) } else { Sweep::of_size() });
                    if Instant::now() >= judged_from {
                        facts.extend(self.left_by_dead_replicas().await);
                    } else {
                        // What fails here fails again when something is to be stored, and is told then.
                        drop(self.be_ready().await);
                        next_sweep.reset_at(judged_from);
                    }
                }
                // Removing takes a part of the writer's time only, and none that somebody waits for.
                () = tokio::time::sleep_until(sweep_from), if sweep.is_some() && !is_stuck && !is_busy => {
                    let begun = Instant::now();
                    self.sweep(&mut sweep).await;
                    sweep_from = Instant::now() + begun.elapsed();
                    continue;
                }
                () = tokio::time::sleep(RETRY_AFTER), if is_stuck => {}
            }
            let begun = Instant::now();
            is_stuck = !self.store(&mut facts, &mut closing).await;
            facts_from = Instant::now() + (begun.elapsed() * FACTS_PAUSE_FACTOR).min(LONGEST_FACTS_PAUSE);
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "the ledger was not closed cleanly");
        }
        if let Some(close) = closing {
            // Whoever stopped waiting is not told.
            let _ = close.send(());
        }
    }

    /// Stores `facts` and tells who waits for that; when it fails they stay where they are. Whether it went well.
    async fn store(&mut self, facts: &mut Vec<Told>, closing: &mut Option<oneshot::Sender<()>>) -> bool {
        let stored = self.turn(facts).await;
        let is_stored = stored.is_ok();
        self.published.set_trouble(stored.err());
        if is_stored {
            for fact in facts.drain(..) {
                match fact {
                    // Whoever stopped waiting is not told.
                    Told::Flush(done) => drop(done.send(())),
                    Told::Close(done) => *closing = Some(done),
                    Told::Answer(..) | Told::Withdraw(_) | Told::Rehearsed(..) | Told::Observed(_) => {}
                }
            }
        }
        is_stored
    }

    async fn store_intents(&mut self, requests: &mut Vec<IntentRequest>) {
        let stored = self.insert_intents(requests).await;
        for (at, (intent, waiting)) in requests.drain(..).enumerate() {
            let answer = stored.clone().map(|ids| ids[at]);
            if let Ok(id) = answer {
                self.book.intend(id, &intent);
            }
            // Whoever no longer waits has gone away with the request: the intent stands, and is settled as unknown.
            let _ = waiting.send(answer);
        }
        self.published.set_trouble(stored.err());
    }

    async fn insert_intents(&mut self, requests: &[IntentRequest]) -> Result<Vec<SubmissionId>, LedgerError> {
        self.be_ready().await?;
        let mut ids = Vec::new();
        match self.try_insert(requests, &mut ids).await {
            Ok(()) => Ok(ids),
            // A connection that was lost while nobody used it is found out now. The same numbers are stored once.
            Err(error) if self.connection.is_shared() => {
                tracing::info!(%error, "an intent could not be stored; connecting again");
                self.is_stale = true;
                self.be_ready().await?;
                let stored = self.try_insert(requests, &mut ids).await;
                self.is_stale = stored.is_err();
                stored.map(|()| ids).map_err(LedgerError::unwritable)
            }
            Err(error) => Err(LedgerError::unwritable(error)),
        }
    }

    /// Stores intents under the numbers `ids`, which are given out if there are none yet.
    async fn try_insert(&mut self, requests: &[IntentRequest], ids: &mut Vec<SubmissionId>) -> sqlx::Result<()> {
        if ids.is_empty() {
            self.spare_submissions(requests.len()).await?;
            ids.extend(requests.iter().map(|_| self.book.next_submission()));
        }
        let intents: Vec<_> = ids.iter().copied().zip(requests.iter().map(|(intent, _)| intent)).collect();
        if intents.len() <= store::ONE_STATEMENT {
            // One statement is a transaction of its own.
            return store::insert_intents(&mut self.connection, &self.scope, &intents).await;
        }
        self.connection.begin().await?;
        let inserted = store::insert_intents(&mut self.connection, &self.scope, &intents).await;
        self.connection.end(inserted).await
    }

    /// Numbers for so many submissions are at hand afterwards.
    pub(super) async fn spare_submissions(&mut self, wanted: usize) -> sqlx::Result<()> {
        if self.connection.is_shared() && self.book.spare_submissions() < wanted {
            let first = store::next_submissions(&mut self.connection).await?;
            self.book.give_submissions(first..first + store::SUBMISSIONS_AT_ONCE);
        }
        Ok(())
    }

    fn limits(&self) -> Limits {
        Limits { before: self.published.now() - self.keep, bytes: self.keep_bytes }
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
