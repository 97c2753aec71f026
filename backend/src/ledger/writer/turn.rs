//! One batch of facts: applied to the book, and stored with everything that follows from them.

use super::{Told, Writer};
use crate::ledger::{
    LedgerError,
    book::{Changes, Verdicts},
    derive,
    history::Line,
    published::LiveRun,
    retention::{Step, Sweep},
    store::{self, Report},
    withhold,
};
use model::{TaskKey, dashboard::TaskRow};
use std::{borrow::Cow, collections::BTreeSet};

/// What a transaction stored, to be shown after its commit.
struct Stored {
    seq: u64,
    rows: Vec<TaskRow>,
    live: Vec<LiveRun>,
}

impl Writer {
    /// Stores `facts`, and returns whether there was something to write. When it fails nothing of them is stored, and they
    /// can be given again.
    pub(super) async fn turn(&mut self, facts: &[Told]) -> Result<bool, LedgerError> {
        if !facts.iter().any(Told::is_fact) {
            return Ok(false);
        }
        match self.try_turn(facts).await {
            // A connection that was lost while nobody used it is found out now.
            Err(error) if self.connection.is_shared() => {
                tracing::info!(%error, "facts could not be stored; connecting again");
                self.try_turn(facts).await
            }
            stored => stored,
        }
    }

    async fn try_turn(&mut self, facts: &[Told]) -> Result<bool, LedgerError> {
        self.be_ready().await?;
        let stored =
            if self.connection.is_shared() { self.turn_of_many(facts).await } else { self.turn_alone(facts).await };
        match stored {
            Ok(Some(stored)) => {
                self.show(stored);
                Ok(true)
            }
            Ok(None) => Ok(false),
            Err(error) => {
                self.is_stale = true;
                Err(LedgerError::unwritable(error))
            }
        }
    }

    async fn turn_alone(&mut self, facts: &[Told]) -> sqlx::Result<Option<Stored>> {
        let changes = self.apply(facts).await?;
        if changes.is_empty() {
            return Ok(None);
        }
        self.connection.begin().await?;
        let saved = self.save(&changes).await;
        self.connection.end(saved).await.map(Some)
    }

    /// The others must not write between what is read here and what is stored.
    async fn turn_of_many(&mut self, facts: &[Told]) -> sqlx::Result<Option<Stored>> {
        self.spare_submissions(facts.len()).await?;
        self.connection.begin().await?;
        let done = async {
            self.take_the_lead().await?;
            let changes = self.apply(facts).await?;
            if changes.is_empty() {
                return Ok(None);
            }
            let stored = self.save(&changes).await?;
            store::notify(&mut self.connection, &self.scope).await?;
            Ok(Some(stored))
        };
        let done = done.await;
        self.connection.end(done).await
    }

    /// Takes `facts` into the book.
    async fn apply(&mut self, facts: &[Told]) -> sqlx::Result<Changes> {
        let keys: Vec<TaskKey> = facts.iter().filter_map(|fact| self.key_of(fact)).collect();
        let missing = self.book.missing(&keys);
        self.load(&missing).await?;
        let published = self.published.clone();
        let verdicts: &Verdicts = &move |spec| published.verdict(spec);
        let mut changes = Changes::default();
        for fact in facts {
            match fact {
                Told::Answer(id, answer) => self.book.answer(*id, answer.clone(), verdicts, &mut changes),
                Told::Withdraw(id) => {
                    self.book.withdraw(*id);
                    changes.withdrawn.push(*id);
                }
                Told::Rehearsed(intent, answer) => {
                    self.book.rehearsed((**intent).clone(), answer.clone(), verdicts, &mut changes);
                }
                Told::Observed(observation) => self.book.observe((**observation).clone(), verdicts, &mut changes),
                Told::Flush(..) | Told::Close(_) => {}
            }
        }
        Ok(changes)
    }

    fn key_of(&self, fact: &Told) -> Option<TaskKey> {
        match fact {
            Told::Answer(id, _) => self.book.intent_key(*id).cloned(),
            Told::Rehearsed(intent, _) => Some(intent.key.clone()),
            Told::Observed(observation) => observation.key(),
            Told::Withdraw(_) | Told::Flush(..) | Told::Close(_) => None,
        }
    }

    pub(super) async fn load(&mut self, keys: &BTreeSet<TaskKey>) -> sqlx::Result<()> {
        if !keys.is_empty() {
            for (key, runs) in store::load_keys(&mut self.connection, &self.scope, keys).await? {
                self.book.load(key, runs);
            }
        }
        Ok(())
    }

    /// Stores what changed, within a transaction.
    async fn save(&mut self, changes: &Changes) -> sqlx::Result<Stored> {
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
        let reports: Vec<Report> = changes
            .reported
            .iter()
            .filter_map(|(key, id)| {
                let info = self.book.run(key, *id)?.info.as_ref()?;
                let (kept, withheld) = match self.scope.keep_secret_env {
                    true => (Cow::Borrowed(info), Vec::new()),
                    false => withhold::secret_env(info),
                };
                let withheld = (!withheld.is_empty()).then(|| serde_json::to_string(&withheld).ok()).flatten();
                Some(Report { run_id: *id, info: serde_json::to_string(&kept).ok()?, withheld })
            })
            .collect();
        let (connection, scope) = (&mut self.connection, &self.scope);
        store::delete_intents(connection, scope, &changes.withdrawn).await?;
        store::insert_facts(connection, scope, changes).await?;
        store::upsert_reports(connection, scope, &reports).await?;
        store::upsert_runs(connection, scope, &runs).await?;
        store::set_change_seq(connection, scope, seq).await?;
        let live = runs.iter().map(|(facts, row)| LiveRun::of(facts, row)).collect();
        Ok(Stored { seq, live, rows: runs.into_iter().map(|(_, row)| row).collect() })
    }

    /// Shows what was committed.
    fn show(&mut self, stored: Stored) {
        self.seq = stored.seq;
        self.lists.update(|table| {
            stored.rows.iter().for_each(|row| table.put(&Line::of(row)));
            table.revision = stored.seq;
        });
        self.book.trim(stored.rows.into_iter().filter(TaskRow::is_over).map(|row| row.key));
        self.published.show(stored.live, stored.seq);
    }

    /// One step of a sweep, shown.
    pub(super) async fn sweep_on(&mut self, sweep: &mut Sweep) -> sqlx::Result<Step> {
        self.be_ready().await.map_err(|error| sqlx::Error::Protocol(error.to_string()))?;
        if !self.connection.is_shared() {
            let step = sweep.step(&mut self.connection, &self.scope).await?;
            if let Step::Removed(runs) = &step {
                self.removed(runs, self.seq);
            }
            return Ok(step);
        }
        self.connection.begin().await?;
        let done = async {
            self.take_the_lead().await?;
            let step = sweep.step(&mut self.connection, &self.scope).await?;
            if let Step::Removed(runs) = &step {
                store::insert_removals(&mut self.connection, &self.scope, self.seq + 1, runs).await?;
                store::set_change_seq(&mut self.connection, &self.scope, self.seq + 1).await?;
                store::notify(&mut self.connection, &self.scope).await?;
            }
            Ok(step)
        };
        let done = done.await;
        let step = self.connection.end(done).await.inspect_err(|_| self.is_stale = true)?;
        if let Step::Removed(runs) = &step {
            self.removed(runs, self.seq + 1);
        }
        Ok(step)
    }

    /// Runs were removed from the ledger.
    pub(super) fn removed(&mut self, runs: &[i64], seq: u64) {
        let runs: BTreeSet<i64> = runs.iter().copied().collect();
        self.seq = seq;
        self.book.forget(&runs);
        self.lists.update(|table| {
            table.forget(&runs);
            table.revision = seq;
        });
        // One of them may have ended and gone before this replica heard of either.
        self.published.keep(|run| !runs.contains(&run));
        self.published.show(Vec::new(), seq);
    }
}
