//! `cluster.db`: the inputs of the core, ahead of their effect, and snapshots that make them short.
//!
//! One connection writes. Commits do not wait for the disk (WAL, `synchronous = NORMAL`): they survive the end of the
//! process, however it ends. A second connection moves the log into the file, so that no commit waits for that either.

use super::{snapshot, world::World};
use crate::{clock::ClockSetting, schema_version, sqlite_file::SqliteFile};
use controller::{Command, Simulation, scenario::ScenarioName};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::{
    ConnectOptions, Connection, Row, SqliteConnection,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{io, path::Path, time::Duration};
use thiserror::Error;

/// One input of the core with the cluster time at which it was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Entry {
    /// Everything that was due up to `now` happened, then these commands were taken.
    Step { now: Timestamp, commands: Vec<Command> },
    /// The process, or the machine, was away until `now`.
    Resume { now: Timestamp },
}

impl Entry {
    pub fn now(&self) -> Timestamp {
        match self {
            Entry::Step { now, .. } | Entry::Resume { now } => *now,
        }
    }
}

/// Why `cluster.db` could not be used.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The file cannot be opened or made.
    #[error("it cannot be opened ({0})")]
    Open(#[from] io::Error),
    /// SQLite refused.
    #[error("SQLite says: {0}")]
    Database(#[source] sqlx::Error),
    /// A newer release wrote the file.
    #[error("{0}, or choose another folder by --data-dir")]
    Newer(String),
    /// The file is not ours.
    #[error("it cannot be brought up to date: {0}")]
    Migration(#[from] MigrateError),
    /// What is stored cannot be read.
    #[error("{what} cannot be read: {source}")]
    Damaged {
        /// The part that cannot be read.
        what: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl From<sqlx::Error> for JournalError {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Io(error) = error { Self::Open(error) } else { Self::Database(error) }
    }
}

impl JournalError {
    pub(super) fn damaged(
        what: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Damaged { what: what.into(), source: source.into() }
    }
}

/// A world as it was stored.
pub(super) struct Stored {
    pub world: World,
    pub clock: ClockSetting,
}

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/cluster");

async fn migrate(connection: &mut SqliteConnection) -> Result<(), JournalError> {
    let Err(error) = MIGRATIONS.run(&mut *connection).await else { return Ok(()) };
    let MigrateError::VersionMissing(_) = error else { return Err(error.into()) };
    let has = MigrateError::VersionMissing(sqlx::query_scalar(schema_version::QUERY).fetch_one(connection).await?);
    Err(schema_version::newer("its schema", &has, &MIGRATIONS).map_or(has.into(), JournalError::Newer))
}

/// The one writer of `cluster.db`.
pub(super) struct Journal {
    file: SqliteFile,
    connection: SqliteConnection,
    options: SqliteConnectOptions,
    next: i64,
}

impl Journal {
    /// Opens the file, making it (readable by its owner only) if there is none.
    pub async fn open(path: &Path) -> Result<Self, JournalError> {
        let file = SqliteFile::new(path);
        file.prepare(async |connection| Ok(MIGRATIONS.run(connection).await?)).await?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .pragma("wal_autocheckpoint", "0")
            .busy_timeout(Duration::from_secs(5))
            .disable_statement_logging();
        let mut connection = options.connect().await?;
        migrate(&mut connection).await?;
        let last: Option<i64> = sqlx::query_scalar("SELECT max(seq) FROM journal").fetch_one(&mut connection).await?;
        let kept: Option<i64> = sqlx::query_scalar("SELECT seq FROM snapshot").fetch_optional(&mut connection).await?;
        let next = last.or(kept).unwrap_or(0) + 1;
        Ok(Self { file, connection, options, next })
    }

    /// The world in the file, if one was begun.
    pub async fn stored(&mut self) -> Result<Option<Stored>, JournalError> {
        let query = sqlx::query("SELECT id, seed, scenario, begun, clock FROM world");
        let Some(row) = query.fetch_optional(&mut self.connection).await? else { return Ok(None) };
        let seed: String = row.try_get("seed")?;
        let scenario: String = row.try_get("scenario")?;
        let clock: String = row.try_get("clock")?;
        let world = World {
            id: row.try_get("id")?,
            seed: seed.parse().map_err(|error| JournalError::damaged("the seed of the world", error))?,
            scenario: ScenarioName::parse(&scenario)
                .ok_or_else(|| JournalError::damaged("the scenario of the world", scenario))?,
            begun: Timestamp(row.try_get("begun")?),
        };
        let clock =
            serde_json::from_str(&clock).map_err(|error| JournalError::damaged("the clock of the world", error))?;
        Ok(Some(Stored { world, clock }))
    }

    /// Begins a world in place of the one in the file: all at once, or not at all.
    pub async fn begin(
        &mut self,
        world: &World,
        clock: ClockSetting,
        simulation: &Simulation,
    ) -> Result<(), JournalError> {
        let core = snapshot::write(simulation)?;
        let mut transaction = self.connection.begin().await?;
        sqlx::query("DELETE FROM journal").execute(&mut *transaction).await?;
        sqlx::query("INSERT OR REPLACE INTO world VALUES (1, ?, ?, ?, ?, ?)")
            .bind(&world.id)
            .bind(world.seed.to_string())
            .bind(world.scenario.as_str())
            .bind(world.begun.0)
            .bind(text_of(&clock)?)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("INSERT OR REPLACE INTO snapshot VALUES (1, 0, ?)").bind(core).execute(&mut *transaction).await?;
        transaction.commit().await?;
        self.next = 1;
        Ok(())
    }

    /// The latest snapshot, and the entry up to which it holds.
    pub async fn snapshot(&mut self) -> Result<(Simulation, i64), JournalError> {
        let row = sqlx::query("SELECT seq, core FROM snapshot").fetch_one(&mut self.connection).await?;
        let core: Vec<u8> = row.try_get("core")?;
        Ok((snapshot::read(&core)?, row.try_get("seq")?))
    }

    /// Up to 1,000 entries after `seq`, in order.
    pub async fn entries_after(&mut self, seq: i64) -> Result<Vec<(i64, Entry)>, JournalError> {
        let rows = sqlx::query("SELECT seq, entry FROM journal WHERE seq > ? ORDER BY seq LIMIT 1000")
            .bind(seq)
            .fetch_all(&mut self.connection)
            .await?;
        rows.into_iter()
            .map(|row| {
                let seq: i64 = row.try_get("seq")?;
                let entry: Vec<u8> = row.try_get("entry")?;
                let entry = serde_json::from_slice(&entry)
                    .map_err(|error| JournalError::damaged(format!("entry {seq} of the journal"), error))?;
                Ok((seq, entry))
            })
            .collect()
    }

    /// Commits one entry and says its number. When this fails nothing was written.
    pub async fn append(&mut self, entry: &Entry) -> Result<i64, JournalError> {
        self.file.check_in_place()?;
        let seq = self.next;
        let bytes = serde_json::to_vec(entry).map_err(|error| sqlx::Error::Encode(error.into()))?;
        sqlx::query("INSERT INTO journal VALUES (?, ?)").bind(seq).bind(bytes).execute(&mut self.connection).await?;
        self.next = seq + 1;
        Ok(seq)
    }

    /// Stores how cluster time is made from real time.
    pub async fn set_clock(&mut self, clock: ClockSetting) -> Result<(), JournalError> {
        sqlx::query("UPDATE world SET clock = ?").bind(text_of(&clock)?).execute(&mut self.connection).await?;
        Ok(())
    }

    /// Replaces the snapshot and drops the entries that it makes superfluous.
    pub async fn store_snapshot(&mut self, core: Vec<u8>, seq: i64) -> Result<(), JournalError> {
        let mut transaction = self.connection.begin().await?;
        sqlx::query("INSERT OR REPLACE INTO snapshot VALUES (1, ?, ?)")
            .bind(seq)
            .bind(core)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM journal WHERE seq <= ?").bind(seq).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// A connection of its own that moves committed pages from the log into the file.
    pub async fn checkpointer(&self) -> Result<Checkpointer, JournalError> {
        Ok(Checkpointer { connection: self.options.connect().await? })
    }

    /// Closes the file in order.
    pub async fn close(self) -> Result<(), JournalError> {
        Ok(self.connection.close().await?)
    }
}

/// Keeps the write-ahead log short without the writer waiting for the disk.
pub(super) struct Checkpointer {
    connection: SqliteConnection,
}

impl Checkpointer {
    /// Moves what can be moved without stopping anybody.
    pub async fn checkpoint(&mut self) -> Result<(), JournalError> {
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&mut self.connection).await?;
        Ok(())
    }
}

fn text_of(clock: &ClockSetting) -> Result<String, sqlx::Error> {
    serde_json::to_string(clock).map_err(|error| sqlx::Error::Encode(error.into()))
}
