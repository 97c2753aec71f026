//! A ledger in a file of its own.

use super::{READERS, STATEMENTS};
use crate::{
    ledger::{
        database::{Connection, Readers},
        published::Published,
    },
    schema_version,
    sqlite_file::SqliteFile,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions, SqliteConnection,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::time::Instant;

pub static MIGRATIONS: Migrator = sqlx::migrate!("migrations/ledger");

/// How often the write-ahead log is measured, and copied into the file while runs change.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(2);
/// How often it is copied while no run changes: the writer's probes lengthen the log too.
const IDLE_CHECKPOINT_EVERY: Duration = Duration::from_secs(60);
/// A log larger than this is copied even while no run changes, in bytes: withdrawn intents change none. It is truncated to this
/// size after a burst.
const LARGEST_UNCOPIED_LOG: u64 = 16 << 20;
/// Above this size the log is restarted, which blocks the writer, in bytes. Writes that never pause lengthen it without end
/// otherwise.
const LARGEST_LOG: u64 = 64 << 20;
/// Longest wait for a lock of another process, at the start and afterwards. The second one is short, so that pages and
/// operations learn of such a lock within 2 s.
const LOCK_AT_START: Duration = Duration::from_secs(10);
const LOCK: Duration = Duration::from_millis(600);
/// Acquire timeout of the read pool; after it the request fails with 503.
const READ_WAITS: Duration = Duration::from_secs(2);

/// Longest wait of a checkpoint for readers and the writer.
const CHECKPOINT_LOCK: Duration = Duration::from_millis(100);

/// The file.
pub struct File {
    file: SqliteFile,
    options: SqliteConnectOptions,
}

impl File {
    /// The file at `path`, which need not exist.
    pub fn new(path: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(LOCK_AT_START);
        Self { file: SqliteFile::new(path), options }
    }

    /// Makes folder and file with rights for their owner only, if they do not exist; files that SQLite makes beside it get
    /// the same.
    pub async fn prepare(&self) -> sqlx::Result<()> {
        if let Some(folder) = self.file.path().parent().filter(|folder| !folder.exists()) {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let make = async |connection: &mut SqliteConnection| {
            sqlx::query("PRAGMA auto_vacuum = INCREMENTAL").execute(&mut *connection).await?;
            Ok(MIGRATIONS.run(connection).await?)
        };
        self.file.prepare(make).await
    }

    /// A file that is named after it.
    pub fn beside(&self, suffix: &str) -> PathBuf {
        self.file.beside(suffix)
    }

    /// Checks that the file is still where it was opened.
    pub fn check_in_place(&self) -> std::io::Result<()> {
        self.file.check_in_place()
    }

    /// The connection of the writer. Checkpoints sync the file: they are made by a connection of their own, so that no
    /// intent waits for the disk.
    pub async fn connect_to_write(&self) -> sqlx::Result<Connection> {
        let options = self.options.clone().pragma("wal_autocheckpoint", "0").statement_cache_capacity(STATEMENTS);
        let options = options.pragma("journal_size_limit", LARGEST_UNCOPIED_LOG.to_string());
        Ok(Connection::Sqlite(options.connect().await?))
    }

    /// Connections for reads.
    pub async fn readers(&self) -> sqlx::Result<Readers> {
        let options = self.options.clone().read_only(true).busy_timeout(LOCK).statement_cache_capacity(STATEMENTS);
        let pool = SqlitePoolOptions::new().max_connections(READERS).acquire_timeout(READ_WAITS);
        Ok(Readers::Sqlite(pool.connect_with(options).await?))
    }

    /// Ends the start: from now on a lock of another process is waited for only briefly.
    pub async fn started(&self, connection: &mut Connection) -> sqlx::Result<()> {
        let Connection::Sqlite(connection) = connection else { return Ok(()) };
        let set = AssertSqlSafe(format!("PRAGMA busy_timeout = {}", LOCK.as_millis()));
        sqlx::raw_sql(set).execute(connection).await.map(drop)
    }

    /// Brings the file up to date.
    pub async fn migrate(&self, connection: &mut Connection) -> sqlx::Result<()> {
        let Connection::Sqlite(connection) = connection else { return Ok(()) };
        // First, because a file of a newer release is left as it is.
        if let Err(error) = MIGRATIONS.run(&mut *connection).await {
            let MigrateError::VersionMissing(_) = error else { return Err(error.into()) };
            let has = sqlx::query_scalar(schema_version::QUERY).fetch_one(connection).await?;
            return Err(MigrateError::VersionMissing(has).into());
        }
        make_shrinkable(connection).await
    }

    /// Copies the write-ahead log into the file periodically until the ledger is closed.
    pub fn keep_log_short(&self, published: Arc<Published>) {
        // Restarting the log blocks the writer while readers are waited for.
        let options = self.options.clone().busy_timeout(CHECKPOINT_LOCK);
        let log = self.file.beside("-wal");
        tokio::spawn(async move {
            let mut revision = published.revision();
            drop(published);
            let mut connection = None;
            let mut copied = Instant::now();
            loop {
                tokio::time::sleep(CHECKPOINT_EVERY).await;
                let Ok(has_changed) = revision.has_changed() else { return };
                let size = std::fs::metadata(&log).map_or(0, |log| log.len());
                if !has_changed && size <= LARGEST_UNCOPIED_LOG && copied.elapsed() < IDLE_CHECKPOINT_EVERY {
                    continue;
                }
                revision.mark_unchanged();
                copied = Instant::now();
                if connection.is_none() {
                    connection = options.connect().await.ok();
                }
                let Some(open) = &mut connection else { continue };
                if let Err(error) = checkpoint(open, size > LARGEST_LOG).await {
                    tracing::debug!(%error, "the ledger's log was not copied into its file this time");
                }
            }
        });
    }
}

/// Copies the log into the file. `restart` makes the next write begin at the start of the log; most of the log is copied
/// before, so that the writer waits briefly.
async fn checkpoint(connection: &mut SqliteConnection, restart: bool) -> sqlx::Result<()> {
    sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&mut *connection).await?;
    if restart {
        sqlx::query("PRAGMA wal_checkpoint(RESTART)").execute(connection).await?;
    }
    Ok(())
}

/// Lets the file give pages back to the system. A file of an earlier version is written anew, once.
async fn make_shrinkable(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    const INCREMENTAL: i64 = 2;
    let mode: i64 = sqlx::query_scalar("PRAGMA auto_vacuum").fetch_one(&mut *connection).await?;
    if mode != INCREMENTAL {
        sqlx::query("PRAGMA auto_vacuum = INCREMENTAL").execute(&mut *connection).await?;
        sqlx::query("VACUUM").execute(connection).await?;
    }
    Ok(())
}
