//! Opening the ledger: the database, its schema, and what an earlier process left open.

mod advice;
mod opening;
mod postgres;
mod sqlite;

use super::{
    LedgerConfig, Place,
    book::Changes,
    database::{Connection, Query, Readers},
    derive,
    fact::{Answer, SubmissionId},
    run::{Conclusion, ConclusionKind, RunFacts},
    store::{self, Scope, Unanswered},
    writer::{Told, Writer, unknown},
};
use model::dashboard::TaskRow;
use std::collections::HashMap;
use tokio::sync::watch;

/// Connections for reads; in SQLite each holds a cache of 2 MB at most.
const READERS: u32 = 4;
/// Prepared statements kept by the writer: one for each size of batch and table.
const STATEMENTS: usize = 256;
/// Rows derived again in one transaction when the rules have changed.
const ROWS_AT_ONCE: usize = 1_000;

/// Where a ledger is, and how it is reached.
pub enum Target {
    /// A file.
    Sqlite(sqlite::File),
    /// A schema on a server.
    Postgres(postgres::Server),
}

/// Whose turn it is to watch the cluster. Who holds it has a part in that, and lives as other replicas see it.
pub enum Turn {
    /// There is nobody else.
    Alone(watch::Sender<bool>),
    /// One of the replicas.
    Shared {
        /// Whether it is this one.
        turn: watch::Receiver<bool>,
        /// Whoever speaks with the server for this replica does so until this is dropped.
        _held: watch::Sender<()>,
    },
}

impl Turn {
    /// Whether it is the turn of this process.
    pub fn is_watching(&self) -> watch::Receiver<bool> {
        match self {
            Self::Alone(turn) => turn.subscribe(),
            Self::Shared { turn, .. } => turn.clone(),
        }
    }
}

impl Target {
    /// The ledger of a cluster at a place.
    pub fn of(place: &Place, cluster: &str) -> sqlx::Result<Self> {
        Ok(match place {
            Place::File(file) => Self::Sqlite(sqlite::File::new(file)),
            Place::Postgres(url) => Self::Postgres(postgres::Server::of(url, cluster)?),
        })
    }

    /// A connection for the writer.
    pub async fn connect_to_write(&self) -> sqlx::Result<Connection> {
        match self {
            Self::Sqlite(file) => file.connect_to_write().await,
            Self::Postgres(server) => server.connect().await,
        }
    }

    /// Checks that what is written is not lost: a file may have been removed or replaced.
    pub fn check_in_place(&self) -> std::io::Result<()> {
        match self {
            Self::Sqlite(file) => file.check_in_place(),
            Self::Postgres(_) => Ok(()),
        }
    }

    async fn readers(&self) -> sqlx::Result<Readers> {
        match self {
            Self::Sqlite(file) => file.readers().await,
            Self::Postgres(server) => server.readers().await,
        }
    }
}

impl Writer {
    /// Goes on where an earlier process stopped: its live runs, and its intents without an answer. Of those the outcome is
    /// unknown now, unless `known` has it.
    async fn take_over(&mut self, known: &HashMap<SubmissionId, Answer>) -> sqlx::Result<Vec<Told>> {
        let (_, elsewhere) = store::load_live(&mut self.connection, &self.scope).await?;
        self.end_other_worlds(&elsewhere).await?;
        let unanswered = self.read_again().await?;
        if self.connection.is_shared() {
            return Ok(self.of_dead_replicas(&unanswered).await);
        }
        let answer = |intent: &Unanswered| match known.get(&intent.id) {
            Some(answer) => Told::Answer(intent.id, answer.clone()),
            None => unknown(intent),
        };
        Ok(unanswered.iter().map(answer).collect())
    }

    /// Runs of a world that was given up are over.
    async fn end_other_worlds(&mut self, ids: &[i64]) -> sqlx::Result<()> {
        let at = self.published.now();
        for ids in ids.chunks(ROWS_AT_ONCE) {
            let mut runs = store::load_runs(&mut self.connection, &self.scope, ids).await?;
            let conclusion = Conclusion { kind: ConclusionKind::WorldEnded, at, matrix: None };
            let conclusions = runs.iter().map(|run| (run.run_id, conclusion.clone())).collect();
            runs.iter_mut().for_each(|run| run.conclude(conclusion.clone()));
            let changes = Changes { conclusions, ..Changes::default() };
            self.store_rows(&runs, &changes).await?;
        }
        Ok(())
    }

    /// Derives all views from the facts again.
    async fn derive_again(&mut self) -> sqlx::Result<()> {
        let query = Query::new("SELECT run_id FROM run WHERE cluster = $1 ORDER BY run_id").bind(&self.scope.cluster);
        let rows = self.connection.fetch_all(query).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.number("run_id")).collect::<Result<_, _>>()?;
        for ids in ids.chunks(ROWS_AT_ONCE) {
            let runs = store::load_runs(&mut self.connection, &self.scope, ids).await?;
            self.store_rows(&runs, &Changes::default()).await?;
        }
        let query = Query::new("UPDATE ledger SET derived_by = $1 WHERE cluster = $2");
        self.connection.execute(query.bind(derive::RULES_VERSION).bind(&self.scope.cluster)).await.map(drop)
    }

    async fn store_rows(&mut self, runs: &[RunFacts], changes: &Changes) -> sqlx::Result<()> {
        self.connection.begin().await?;
        let stored = async {
            let (connection, scope) = (&mut self.connection, &self.scope);
            let mut seq = if connection.is_shared() { store::lock(connection, scope).await? } else { self.seq };
            let rows: Vec<(&RunFacts, TaskRow)> = runs
                .iter()
                .map(|facts| {
                    seq += 1;
                    (facts, TaskRow { revision: seq, ..derive::row(facts) })
                })
                .collect();
            store::insert_facts(connection, scope, changes).await?;
            store::upsert_runs(connection, scope, &rows).await?;
            store::set_change_seq(connection, scope, seq).await?;
            if connection.is_shared() {
                store::notify(connection, scope).await?;
            }
            Ok(seq)
        };
        let stored = stored.await;
        self.seq = self.connection.end(stored).await?;
        self.published.show(Vec::new(), self.seq);
        Ok(())
    }
}

/// The cluster's line in the ledger, and its world, both made if they are new.
async fn identify(
    connection: &mut Connection,
    config: &LedgerConfig,
    target: &Target,
    now: i64,
) -> sqlx::Result<(Scope, u64, i64)> {
    let mut fresh_key = [0_u8; 32];
    let mut replica = [0_u8; 8];
    for random in [&mut fresh_key[..], &mut replica[..]] {
        getrandom::fill(random).map_err(|fault| sqlx::Error::Io(std::io::Error::other(fault.to_string())))?;
    }
    let query = Query::new(
        "INSERT INTO ledger (cluster, change_seq, hash_key, derived_by) VALUES ($1, 0, $2, $3) ON CONFLICT DO NOTHING",
    );
    let query = query.bind(&config.cluster).bind(fresh_key.to_vec()).bind(derive::RULES_VERSION);
    connection.execute(query).await?;
    let query = Query::new("INSERT INTO world (cluster, world_id, opened) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
    connection.execute(query.bind(&config.cluster).bind(&config.world).bind(now)).await?;
    let query = Query::new("SELECT change_seq, hash_key, derived_by FROM ledger WHERE cluster = $1");
    let line = connection.fetch_one(query.bind(&config.cluster)).await?;
    let (replica, channel) = match target {
        Target::Sqlite(_) => (0, String::new()),
        // Positive, and never 0.
        Target::Postgres(server) => (i64::from_be_bytes(replica) & i64::MAX | 1, server.schema().to_owned()),
    };
    let (cluster, world) = (config.cluster.clone(), config.world.clone());
    let (hash_key, keep_secret_env) = (line.bytes("hash_key")?, config.keep_secret_env);
    let scope = Scope { cluster, world, hash_key, keep_secret_env, replica, channel };
    Ok((scope, u64::try_from(line.number("change_seq")?).unwrap_or(0), line.number("derived_by")?))
}
