//! A ledger in a file of its own.

use super::{READERS, STATEMENTS};
use crate::{
    ledger::{
        database::{Connection, Readers},
        published::Published,
    },
    schema_version,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions, SqliteConnection,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, sync::Arc, time::Duration};
use tokio::time::timeout;

pub static MIGRATIONS: Migrator = sqlx::migrate!("migrations/ledger");

/// How often the write-ahead log is copied into the file while runs change.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(2);
/// And while none does: the writer's probes lengthen the log too.
const IDLE_CHECKPOINT_EVERY: Duration = Duration::from_secs(60);
/// Longest wait for a lock of another process, at the start and afterwards. The second one is short, so that pages and
/// operations learn of such a lock within 2 s.
const LOCK_AT_START: Duration = Duration::from_secs(10);
const LOCK: Duration = Duration::from_millis(600);
/// Acquire timeout of the read pool; after it the request fails with 503.
const READ_WAITS: Duration = Duration::from_secs(2);

/// What a burst, or a reader that took long, left the log larger than this, is given back, in bytes.
const LARGEST_IDLE_LOG: u32 = 16 << 20;

/// The file.
pub struct File(SqliteConnectOptions);

impl File {
    /// Makes folder and file with rights for their owner only; files that SQLite makes beside it get the same.
    pub fn prepare(file: &Path) -> std::io::Result<Self> {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
        if let Some(folder) = file.parent().filter(|folder| !folder.exists()) {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(file)?;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))?;
        let options = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(LOCK_AT_START);
        Ok(Self(options))
    }

    /// The connection of the writer. Checkpoints sync the file: they are made by a connection of their own, so that no
    /// intent waits for the disk.
    pub async fn connect_to_write(&self) -> sqlx::Result<Connection> {
        let options = self.0.clone().pragma("wal_autocheckpoint", "0").statement_cache_capacity(STATEMENTS);
        let options = options.pragma("journal_size_limit", LARGEST_IDLE_LOG.to_string());
        Ok(Connection::Sqlite(options.connect().await?))
    }

    /// Connections for reads.
    pub async fn readers(&self) -> sqlx::Result<Readers> {
        let options = self.0.clone().read_only(true).busy_timeout(LOCK).statement_cache_capacity(STATEMENTS);
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
        let options = self.0.clone();
        tokio::spawn(async move {
            let mut revision = published.revision();
            drop(published);
            let mut connection = None;
            while !matches!(timeout(IDLE_CHECKPOINT_EVERY, revision.changed()).await, Ok(Err(_))) {
                tokio::time::sleep(CHECKPOINT_EVERY).await;
                if connection.is_none() {
                    connection = options.connect().await.ok();
                }
                let Some(open) = &mut connection else { continue };
                if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(open).await {
                    tracing::debug!(%error, "the ledger's log was not copied into its file this time");
                }
            }
        });
    }
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
