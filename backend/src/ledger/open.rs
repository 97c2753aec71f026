//! Opening the ledger: the file, its schema, and what an earlier process left open.

use super::{
    Ledger, LedgerConfig, LedgerError,
    book::{Book, Changes},
    derive,
    fact::{Answer, SubmissionId},
    history,
    published::{LiveRun, Now, Published},
    run::{Conclusion, ConclusionKind, RunFacts},
    store::{self, Scope},
    writer::Writer,
};
use model::dashboard::TaskRow;
use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, sync::Arc, time::Duration};
use tokio::sync::mpsc;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/ledger");

/// Connections for reads; each holds a cache of 2 MB at most.
const READERS: u32 = 4;
/// Prepared statements kept by the writer: one for each size of batch and table.
const STATEMENTS: usize = 256;
/// Intents waiting for the writer; more make their senders wait.
const INTENTS_WAITING: usize = 1_024;
/// How often the write-ahead log is copied into the file.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(2);
/// Rows derived again in one transaction when the rules have changed.
const ROWS_AT_ONCE: usize = 1_000;

impl Ledger {
    /// Opens the ledger, and makes it if there is none. `now` is the time of facts.
    pub async fn open(config: LedgerConfig, now: Now) -> Result<Self, LedgerError> {
        let refused = |reason: String| LedgerError::Open { file: config.file.clone(), reason };
        prepare_file(&config.file).map_err(|error| refused(error.to_string()))?;
        Self::open_file(&config, now).await.map_err(|error| refused(error.to_string()))
    }

    async fn open_file(config: &LedgerConfig, now: Now) -> sqlx::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(&config.file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(10));
        // Checkpoints sync the file: they are made by a connection of their own, so that no intent waits for the disk.
        let writing = options.clone().pragma("wal_autocheckpoint", "0").statement_cache_capacity(STATEMENTS);
        let mut connection = writing.connect().await?;
        make_shrinkable(&mut connection).await?;
        MIGRATIONS.run(&mut connection).await?;
        let (scope, seq, derived_by) = identify(&mut connection, config, now().millis()).await?;
        let published = Arc::new(Published::new(now, seq));
        let mut writer = Writer {
            book: Book::new(next(&mut connection, "run").await?, next(&mut connection, "submission").await?),
            connection,
            scope,
            seq,
            published: published.clone(),
            lists: Arc::default(),
            keep: config.keep,
            keep_bytes: config.keep_bytes,
        };
        if derived_by != derive::RULES_VERSION {
            writer.derive_again().await?;
        }
        let unsaved = writer.take_over().await?;
        let table = history::load(&mut writer.connection, &config.cluster, writer.seq).await?;
        writer.lists.update(|lists| *lists = table);
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.clone().read_only(true).statement_cache_capacity(STATEMENTS))
            .await?;
        let lists = writer.lists.clone();
        let (intents, intents_waiting) = mpsc::channel(INTENTS_WAITING);
        let (told, told_waiting) = mpsc::unbounded_channel();
        tokio::spawn(checkpoints(options, published.clone()));
        tokio::spawn(writer.run(intents_waiting, told_waiting, unsaved));
        let ledger = Self {
            cluster: config.cluster.as_str().into(),
            ids_taken_for: config.ids_taken_for,
            intents,
            told,
            readers,
            lists,
            published,
        };
        // What was taken over is stored before anybody reads.
        drop(ledger.flush().await);
        Ok(ledger)
    }
}

impl Writer {
    /// Goes on where an earlier process stopped: its live runs, and its intents without an answer, whose outcome is
    /// unknown now.
    async fn take_over(&mut self) -> sqlx::Result<Changes> {
        let mut changes = Changes::default();
        let (here, elsewhere) = store::load_live(&mut self.connection, &self.scope).await?;
        self.end_other_worlds(&elsewhere).await?;
        let unanswered = store::load_unanswered(&mut self.connection, &self.scope).await?;
        let keys = here.into_iter().chain(unanswered.iter().map(|intent| intent.key.clone())).collect();
        let mut live = Vec::new();
        for (key, runs) in store::load_keys(&mut self.connection, &self.scope, &keys).await? {
            live.extend(runs.runs.iter().map(|facts| LiveRun::of(facts, &derive::row(facts))));
            self.book.load(key, runs);
        }
        self.published.show(live, self.seq);
        for intent in unanswered {
            let SubmissionId(id) = intent.id;
            tracing::info!(id, key = %intent.key, "an operation was sent and its answer not recorded: outcome unknown");
            self.book.reopen(intent.id, intent.key, intent.at, intent.user, intent.spec);
            self.book.answer(SubmissionId(id), Answer::unknown(), &|_| None, &mut changes);
        }
        Ok(changes)
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
        let ids: Vec<i64> = sqlx::query_scalar("SELECT run_id FROM run WHERE cluster = ? ORDER BY run_id")
            .bind(&self.scope.cluster)
            .fetch_all(&mut self.connection)
            .await?;
        for ids in ids.chunks(ROWS_AT_ONCE) {
            let runs = store::load_runs(&mut self.connection, &self.scope, ids).await?;
            self.store_rows(&runs, &Changes::default()).await?;
        }
        sqlx::query("UPDATE ledger SET derived_by = ? WHERE cluster = ?")
            .bind(derive::RULES_VERSION)
            .bind(&self.scope.cluster)
            .execute(&mut self.connection)
            .await
            .map(drop)
    }

    async fn store_rows(&mut self, runs: &[RunFacts], changes: &Changes) -> sqlx::Result<()> {
        let mut seq = self.seq;
        let rows: Vec<(&RunFacts, TaskRow)> = runs
            .iter()
            .map(|facts| {
                seq += 1;
                (facts, TaskRow { revision: seq, ..derive::row(facts) })
            })
            .collect();
        let mut transaction = self.connection.begin().await?;
        store::insert_facts(&mut transaction, &self.scope, changes).await?;
        store::upsert_runs(&mut transaction, &self.scope, &rows).await?;
        store::set_change_seq(&mut transaction, &self.scope, seq).await?;
        transaction.commit().await?;
        self.seq = seq;
        self.published.show(Vec::new(), seq);
        Ok(())
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

/// The cluster's line in the ledger, and its world, both made if they are new.
async fn identify(
    connection: &mut SqliteConnection,
    config: &LedgerConfig,
    now: i64,
) -> sqlx::Result<(Scope, u64, i64)> {
    let mut fresh_key = [0; 32];
    getrandom::fill(&mut fresh_key).map_err(|fault| sqlx::Error::Io(std::io::Error::other(fault.to_string())))?;
    sqlx::query(
        "INSERT INTO ledger (cluster, change_seq, hash_key, derived_by) VALUES (?, 0, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(&config.cluster)
    .bind(fresh_key.as_slice())
    .bind(derive::RULES_VERSION)
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO world (cluster, world_id, opened) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(&config.cluster)
        .bind(&config.world)
        .bind(now)
        .execute(&mut *connection)
        .await?;
    let (seq, hash_key, derived_by): (i64, Vec<u8>, i64) =
        sqlx::query_as("SELECT change_seq, hash_key, derived_by FROM ledger WHERE cluster = ?")
            .bind(&config.cluster)
            .fetch_one(connection)
            .await?;
    let scope = Scope { cluster: config.cluster.clone(), world: config.world.clone(), hash_key };
    Ok((scope, u64::try_from(seq).unwrap_or(0), derived_by))
}

/// The first id of `table` that is not taken.
async fn next(connection: &mut SqliteConnection, table: &'static str) -> sqlx::Result<i64> {
    let statement = match table {
        "run" => "SELECT coalesce(max(run_id), 0) + 1 FROM run",
        _ => "SELECT coalesce(max(submission_id), 0) + 1 FROM submission",
    };
    sqlx::query_scalar(statement).fetch_one(connection).await
}

/// Copies the write-ahead log into the file, now and then, until the ledger is closed.
async fn checkpoints(options: SqliteConnectOptions, published: Arc<Published>) {
    let mut revision = published.revision();
    drop(published);
    let mut connection = None;
    while revision.changed().await.is_ok() {
        tokio::time::sleep(CHECKPOINT_EVERY).await;
        if connection.is_none() {
            connection = options.connect().await.ok();
        }
        let Some(open) = &mut connection else { continue };
        if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(open).await {
            tracing::debug!(%error, "the ledger's log was not copied into its file this time");
        }
    }
}

/// Makes folder and file with rights for their owner only; files that SQLite makes beside it get the same.
fn prepare_file(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
    if let Some(folder) = file.parent().filter(|folder| !folder.exists()) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(file)?;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
}
