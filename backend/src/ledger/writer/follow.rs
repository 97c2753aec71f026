//! What other replicas write to the same ledger, and getting back to what is stored after a failure.

use super::{Told, Writer};
use crate::ledger::{
    LedgerError, derive,
    fact::{Answer, SubmissionId},
    history::{self, Line},
    published::LiveRun,
    store::{self, Unanswered},
};
use model::{TaskKey, dashboard::TaskRow};
use std::collections::{BTreeMap, BTreeSet};

impl Writer {
    /// The book holds what is stored afterwards, and the connection works as far as is known.
    pub(super) async fn be_ready(&mut self) -> Result<(), LedgerError> {
        self.target.check_in_place().map_err(|error| LedgerError::Unwritable(error.to_string()))?;
        if !self.is_stale {
            return Ok(());
        }
        let ready = async {
            if self.connection.is_shared() {
                self.connection = self.target.connect_to_write().await?;
            }
            self.read_again().await
        };
        ready.await.map_err(LedgerError::unwritable)?;
        self.is_stale = false;
        Ok(())
    }

    /// Puts what is stored into the book: the runs of this world that go on, and the intents without an answer.
    pub async fn read_again(&mut self) -> sqlx::Result<Vec<Unanswered>> {
        self.book.clear();
        self.foreign.clear();
        let unanswered = store::load_unanswered(&mut self.connection, &self.scope).await?;
        let (here, _) = store::load_live(&mut self.connection, &self.scope).await?;
        let ended = store::load_ended_in_doubt(&mut self.connection, &self.scope).await?;
        let unanswered_keys = unanswered.iter().map(|intent| intent.intent.key.clone());
        let keys: BTreeSet<TaskKey> = here.into_iter().chain(ended).chain(unanswered_keys).collect();
        let mut live = Vec::new();
        for (key, runs) in store::load_keys(&mut self.connection, &self.scope, &keys).await? {
            live.extend(runs.runs.iter().map(|facts| LiveRun::of(facts, &derive::row(facts))));
            self.book.load(key, runs);
        }
        for intent in &unanswered {
            self.reopen(intent);
        }
        // What is not among them has ended since it was shown.
        let held: BTreeSet<i64> = live.iter().map(|run| run.run_id).collect();
        self.published.keep(|run| held.contains(&run));
        self.published.show(live, self.seq);
        Ok(unanswered)
    }

    fn reopen(&mut self, intent: &Unanswered) {
        if intent.replica != self.scope.replica {
            self.foreign.insert(intent.id);
        }
        self.book.reopen(intent.id, intent.intent.clone());
    }

    /// Within a transaction: waits until nobody else writes, and takes in what was written before.
    pub(super) async fn take_the_lead(&mut self) -> sqlx::Result<()> {
        let seq = store::lock(&mut self.connection, &self.scope).await?;
        if seq != self.seq {
            self.catch_up(seq).await?;
        }
        self.book.set_next_run(store::next_run(&mut self.connection).await?);
        self.take_foreign_intents().await
    }

    /// Shows what others have written.
    pub(super) async fn follow(&mut self) {
        let followed = async {
            self.be_ready().await?;
            let read = async {
                self.connection.begin_reading().await?;
                let done = async {
                    let seq = store::revision(&mut self.connection, &self.scope).await?;
                    if seq == self.seq { Ok(()) } else { self.catch_up(seq).await }
                };
                let done = done.await;
                self.connection.end(done).await
            };
            let read: sqlx::Result<()> = read.await;
            read.map_err(LedgerError::unreadable)
        };
        let followed: Result<(), LedgerError> = followed.await;
        if let Err(error) = followed {
            tracing::warn!(%error, "what other replicas wrote could not be read; trying again");
            self.is_stale = true;
        }
    }

    /// Takes in what was written up to `seq`, as one read of the database tells it.
    async fn catch_up(&mut self, seq: u64) -> sqlx::Result<()> {
        if seq.saturating_sub(self.seq) > store::REMOVALS_KEPT {
            return self.begin_anew(seq).await;
        }
        let removed = store::removed_runs(&mut self.connection, &self.scope, self.seq).await?;
        if !removed.is_empty() {
            self.removed(&removed, self.seq);
        }
        let changed = store::changed_runs(&mut self.connection, &self.scope, self.seq).await?;
        let keys: BTreeSet<TaskKey> = changed.iter().map(|(facts, _)| facts.key.clone()).collect();
        self.load(&keys).await?;
        let rows: Vec<(LiveRun, TaskRow)> = changed
            .iter()
            .map(|(facts, revision)| {
                let row = TaskRow { revision: *revision, ..derive::row(facts) };
                (LiveRun::of(facts, &row), row)
            })
            .collect();
        self.lists.update(|table| {
            rows.iter().for_each(|(_, row)| table.put(&Line::of(row)));
            table.revision = seq;
        });
        let ended = rows.iter().filter(|(_, row)| row.is_over()).map(|(_, row)| row.key.clone());
        self.book.trim(ended);
        self.seq = seq;
        self.published.show(rows.into_iter().map(|(live, _)| live).collect(), seq);
        Ok(())
    }

    /// Shows all that is stored as of `seq`: nobody knows any more what was removed since this replica last looked.
    async fn begin_anew(&mut self, seq: u64) -> sqlx::Result<()> {
        tracing::info!(from = self.seq, to = seq, "too far behind other replicas; reading the whole ledger again");
        let table = history::load(&mut self.connection, &self.scope.cluster, seq).await?;
        self.lists.update(|lists| *lists = table);
        self.seq = seq;
        self.read_again().await.map(drop)
    }

    /// A report may be about what another replica has sent, and not yet heard the answer to.
    async fn take_foreign_intents(&mut self) -> sqlx::Result<()> {
        let unanswered = store::load_unanswered(&mut self.connection, &self.scope).await?;
        let foreign: BTreeMap<SubmissionId, &Unanswered> = unanswered
            .iter()
            .filter(|intent| intent.replica != self.scope.replica)
            .map(|intent| (intent.id, intent))
            .collect();
        let settled: Vec<SubmissionId> = self.foreign.iter().filter(|id| !foreign.contains_key(id)).copied().collect();
        for id in settled {
            self.foreign.remove(&id);
            self.book.withdraw(id);
        }
        for (id, intent) in foreign {
            if !self.foreign.contains(&id) {
                self.reopen(intent);
            }
        }
        Ok(())
    }

    /// The answers, unknown now, to what replicas sent that have ended since.
    pub(super) async fn left_by_dead_replicas(&mut self) -> Vec<Told> {
        if !self.connection.is_shared() || self.be_ready().await.is_err() {
            return Vec::new();
        }
        match store::load_unanswered(&mut self.connection, &self.scope).await {
            Ok(unanswered) => self.of_dead_replicas(&unanswered).await,
            Err(error) => {
                tracing::warn!(%error, "it could not be found out which replicas have ended");
                self.is_stale = true;
                Vec::new()
            }
        }
    }

    /// Those of `unanswered` that nobody waits for any more.
    pub async fn of_dead_replicas(&mut self, unanswered: &[Unanswered]) -> Vec<Told> {
        let replicas: BTreeSet<i64> = unanswered.iter().map(|intent| intent.replica).collect();
        let mut dead = BTreeSet::new();
        for replica in replicas {
            if replica != self.scope.replica {
                let is_dead = store::is_dead(&mut self.connection, replica).await.unwrap_or(false);
                dead.extend(is_dead.then_some(replica));
            }
        }
        unanswered.iter().filter(|intent| dead.contains(&intent.replica)).map(unknown).collect()
    }
}

/// Nobody will tell the answer of this any more.
pub fn unknown(intent: &Unanswered) -> Told {
    let SubmissionId(id) = intent.id;
    tracing::info!(id, key = %intent.intent.key, "an operation was sent and its answer not recorded: outcome unknown");
    Told::Answer(intent.id, Answer::unknown())
}
