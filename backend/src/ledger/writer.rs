//! The one writer of the ledger: takes what it is told in batches, one transaction each (group commit).
//!
//! Intents go first, alone and in small transactions, because a user waits for them. Everything else is applied to the
//! [`Book`] and stored in chunks, so that an intent never waits long for it.

use super::{
    LedgerError,
    book::{Book, Changes, Verdicts},
    derive,
    fact::{Answer, Intent, Observation, SubmissionId},
    history::{Line, Lists},
    published::{LiveRun, Published},
    retention::{Limits, Step, Sweep},
    store::{self, Scope},
};
use model::{TaskKey, dashboard::TaskRow};
use sqlx::{Connection, SqliteConnection};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, MissedTickBehavior},
};

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
    /// Store what was told, close the file, and tell.
    Close(oneshot::Sender<()>),
}

/// Who waits for what was told to be stored.
#[derive(Default)]
struct Waiting {
    flushes: Vec<oneshot::Sender<()>>,
    close: Option<oneshot::Sender<()>>,
}

impl Waiting {
    fn flushed(&mut self) {
        for done in self.flushes.drain(..) {
            // Whoever stopped waiting is not told.
            let _ = done.send(());
        }
    }
}

/// What the writer works with.
pub struct Writer {
    pub(super) connection: SqliteConnection,
    pub(super) scope: Scope,
    pub(super) book: Book,
    pub(super) seq: u64,
    pub(super) published: Arc<Published>,
    pub(super) lists: Arc<Lists>,
    pub(super) keep: Duration,
    pub(super) keep_bytes: Option<u64>,
}

impl Writer {
    /// Works until it is told to close; then everything told before is stored. `unsaved` is stored first.
    pub async fn run(
        mut self,
        mut intents: mpsc::Receiver<IntentRequest>,
        mut told: mpsc::UnboundedReceiver<Told>,
        mut unsaved: Changes,
    ) {
        let taken_over = self.save(&mut unsaved).await;
        self.published.set_trouble(taken_over.err());
        let mut next_sweep = tokio::time::interval(SWEEP_EVERY);
        next_sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sweep = None;
        let mut facts = Vec::new();
        let mut waiting = Waiting::default();
        let mut facts_from = Instant::now();
        let mut sweep_from = Instant::now();
        let mut is_busy = false;
        while waiting.close.is_none() || !unsaved.is_empty() {
            let is_stuck = !facts.is_empty() || !unsaved.is_empty();
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
                _ = next_sweep.tick(), if sweep.is_none() => {
                    sweep = Some(Sweep::new(self.limits()));
                    continue;
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
            let saved = match self.apply(&mut facts, &mut unsaved, &mut waiting).await {
                Ok(()) => self.save(&mut unsaved).await,
                Err(error) => Err(error),
            };
            if saved.is_ok() {
                waiting.flushed();
            }
            self.published.set_trouble(saved.err());
            facts_from = Instant::now() + (begun.elapsed() * FACTS_PAUSE_FACTOR).min(LONGEST_FACTS_PAUSE);
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "the ledger was not closed cleanly");
        }
        if let Some(close) = waiting.close {
            let _ = close.send(());
        }
    }

    async fn store_intents(&mut self, requests: &mut Vec<IntentRequest>) {
        let ids: Vec<SubmissionId> = requests.iter().map(|_| self.book.next_submission()).collect();
        let numbered: Vec<_> = ids.iter().copied().zip(requests.iter().map(|(intent, _)| intent)).collect();
        let stored = self.insert_intents(&numbered).await;
        if stored.is_ok() {
            numbered.iter().for_each(|(id, intent)| self.book.intend(*id, intent));
        }
        for (id, (_, waiting)) in ids.into_iter().zip(requests.drain(..)) {
            // Whoever no longer waits has gone away with the request: the intent stands, and is settled as unknown.
            let _ = waiting.send(stored.clone().map(|()| id));
        }
        self.published.set_trouble(stored.err());
    }

    async fn insert_intents(&mut self, intents: &[(SubmissionId, &Intent)]) -> Result<(), LedgerError> {
        let stored = async {
            if intents.len() <= store::ONE_STATEMENT {
                // One statement is a transaction of its own.
                return store::insert_intents(&mut self.connection, &self.scope, intents).await;
            }
            let mut transaction = self.connection.begin().await?;
            store::insert_intents(&mut transaction, &self.scope, intents).await?;
            transaction.commit().await
        };
        stored.await.map_err(LedgerError::unwritable)
    }

    fn limits(&self) -> Limits {
        Limits { before: self.published.now() - self.keep, bytes: self.keep_bytes }
    }

    /// One step of a sweep. One that fails is given up until the next.
    async fn sweep(&mut self, sweep: &mut Option<Sweep>) {
        let Some(under_way) = sweep else { return };
        match under_way.step(&mut self.connection, &self.scope).await {
            Ok(Step::Removed(runs)) => {
                let runs = runs.into_iter().collect();
                self.book.forget(&runs);
                self.lists.update(|table| table.forget(&runs));
            }
            Ok(Step::Went) => {}
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

    /// Takes `facts` into the book; on failure they stay where they are.
    async fn apply(
        &mut self,
        facts: &mut Vec<Told>,
        changes: &mut Changes,
        waiting: &mut Waiting,
    ) -> Result<(), LedgerError> {
        let keys: Vec<TaskKey> = facts.iter().filter_map(|fact| self.key_of(fact)).collect();
        let missing = self.book.missing(&keys);
        self.load(&missing).await?;
        let published = self.published.clone();
        let verdicts: &Verdicts = &move |spec| published.verdict(spec);
        for fact in facts.drain(..) {
            match fact {
                Told::Answer(id, answer) => self.book.answer(id, answer, verdicts, changes),
                Told::Withdraw(id) => {
                    self.book.withdraw(id);
                    changes.withdrawn.push(id);
                }
                Told::Rehearsed(intent, answer) => self.book.rehearsed(*intent, answer, verdicts, changes),
                Told::Observed(observation) => self.book.observe(*observation, verdicts, changes),
                Told::Flush(done) => waiting.flushes.push(done),
                Told::Close(done) => waiting.close = Some(done),
            }
        }
        Ok(())
    }

    fn key_of(&self, fact: &Told) -> Option<TaskKey> {
        match fact {
            Told::Answer(id, _) => self.book.intent_key(*id).cloned(),
            Told::Rehearsed(intent, _) => Some(intent.key.clone()),
            Told::Observed(observation) => observation.key(),
            Told::Withdraw(_) | Told::Flush(_) | Told::Close(_) => None,
        }
    }

    pub(super) async fn load(&mut self, keys: &BTreeSet<TaskKey>) -> Result<(), LedgerError> {
        if keys.is_empty() {
            return Ok(());
        }
        let loaded = store::load_keys(&mut self.connection, &self.scope, keys).await;
        for (key, runs) in loaded.map_err(LedgerError::unreadable)? {
            self.book.load(key, runs);
        }
        Ok(())
    }

    /// Stores what changed and shows it; on failure nothing is lost, and `changes` can be saved later.
    pub(super) async fn save(&mut self, changes: &mut Changes) -> Result<(), LedgerError> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut seq = self.seq;
        let runs: Vec<_> = changes
            .dirty
            .iter()
            .filter_map(|(key, id)| self.book.run(key, *id))
            .map(|facts| {
                seq += 1;
                (facts, TaskRow { revision: seq, ..derive::row(facts) })
            })
            .collect();
        let reports: Vec<(i64, String)> = changes
            .reported
            .iter()
            .filter_map(|(key, id)| Some((*id, serde_json::to_string(self.book.run(key, *id)?.info.as_ref()?).ok()?)))
            .collect();
        let stored = async {
            let mut transaction = self.connection.begin().await?;
            store::delete_intents(&mut transaction, &self.scope, &changes.withdrawn).await?;
            store::insert_facts(&mut transaction, &self.scope, changes).await?;
            store::upsert_reports(&mut transaction, &self.scope, &reports).await?;
            store::upsert_runs(&mut transaction, &self.scope, &runs).await?;
            store::set_change_seq(&mut transaction, &self.scope, seq).await?;
            transaction.commit().await
        };
        stored.await.map_err(LedgerError::unwritable)?;
        let live: Vec<LiveRun> = runs.iter().map(|(facts, row)| LiveRun::of(facts, row)).collect();
        self.lists.update(|table| {
            runs.iter().for_each(|(_, row)| table.put(&Line::of(row)));
            table.revision = seq;
        });
        let ended: Vec<TaskKey> = runs.into_iter().filter(|(_, row)| row.is_over()).map(|(_, row)| row.key).collect();
        self.seq = seq;
        self.book.trim(ended);
        self.published.show(live, seq);
        *changes = Changes::default();
        Ok(())
    }
}
