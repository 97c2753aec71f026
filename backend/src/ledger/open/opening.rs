//! From a configuration to a ledger whose writer works, at once or once its file can be opened.

use super::{Target, Turn, advice, identify, postgres, sqlite};
use crate::{
    ledger::{
        Ledger, LedgerConfig, LedgerError, Place,
        answer_log::AnswerLog,
        book::Book,
        database::Readers,
        derive,
        history::{self, Lists},
        pictures::Pictures,
        published::{Now, Published},
        steady::SteadyTime,
        store,
        writer::{IntentRequest, Told, Writer, refuse_surplus},
    },
    schema_version,
};
use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, MissedTickBehavior},
};
use tracing::Instrument;

/// Intents waiting for the writer; more make their senders wait.
const INTENTS_WAITING: usize = 1_024;
/// How often a file that could not be opened is tried again.
const RETRY_OPENING: Duration = Duration::from_secs(5);

/// An open ledger whose writer has not started.
struct Opened {
    writer: Writer,
    readers: Readers,
    pictures: Pictures,
    /// What an earlier process left.
    taken_over: Vec<Told>,
}

/// What the handles of a ledger send to its writer.
struct Inbox {
    intents: mpsc::Receiver<IntentRequest>,
    told: mpsc::UnboundedReceiver<Told>,
}

/// What the writer of a ledger shares with its handles.
#[derive(Clone)]
struct Shared {
    published: Arc<Published>,
    lists: Arc<Lists>,
    answers: Arc<AnswerLog>,
}

impl Ledger {
    /// Opens the ledger, and makes it if there is none. `now` is the time of facts.
    ///
    /// # Errors
    /// [`LedgerError::Open`].
    pub async fn open(config: LedgerConfig, now: Now) -> Result<Self, LedgerError> {
        let shared = Shared::new(now);
        let Opened { writer, readers, pictures, taken_over } = shared.open(&config).await?;
        let is_watching = writer.turn.is_watching();
        let (ledger, inbox) = Self::of(&config, &shared, pictures, is_watching);
        // Empty until now.
        drop(ledger.readers.set(readers));
        writer.published.queued(taken_over.len());
        inbox.serve(writer, taken_over);
        // Stores recovered facts before the first read, if they can be stored.
        drop(ledger.flush_unless_unwritable().await);
        Ok(ledger)
    }

    /// As [`Self::open`]; while a file cannot be opened, the ledger says so as its [`Self::trouble`] and tries again.
    ///
    /// # Errors
    /// [`LedgerError::Open`] of a server, or of a file that a newer release has migrated.
    pub async fn open_or_retry(config: LedgerConfig, now: Now) -> Result<Self, LedgerError> {
        let Place::File(_) = config.place else { return Self::open(config, now).await };
        let error = match Self::open(config.clone(), now.clone()).await {
            Err(error @ LedgerError::Open { is_newer: false, .. }) => error,
            opened => return opened,
        };
        let shared = Shared::new(now);
        shared.published.set_trouble(Some(error));
        let is_watching = watch::Sender::new(true);
        let (ledger, inbox) = Self::of(&config, &shared, Pictures::alone(), is_watching.subscribe());
        let retry = inbox.serve_once_open(shared, config, ledger.readers.clone(), is_watching);
        tokio::spawn(retry.in_current_span());
        Ok(ledger)
    }

    fn of(
        config: &LedgerConfig,
        shared: &Shared,
        pictures: Pictures,
        is_watching: watch::Receiver<bool>,
    ) -> (Self, Inbox) {
        let (intents, intents_waiting) = mpsc::channel(INTENTS_WAITING);
        let (told, told_waiting) = mpsc::unbounded_channel();
        let ledger = Self {
            cluster: config.cluster.as_str().into(),
            ids_taken_for: config.ids_taken_for,
            intents,
            told,
            readers: Arc::default(),
            lists: shared.lists.clone(),
            pictures,
            is_watching,
            published: shared.published.clone(),
            answers: shared.answers.clone(),
        };
        (ledger, Inbox { intents: intents_waiting, told: told_waiting })
    }
}

impl Inbox {
    /// Starts the writer; it stores `facts` first, which are counted as queued already.
    fn serve(self, writer: Writer, facts: Vec<Told>) {
        tokio::spawn(writer.run(self.intents, self.told, facts).in_current_span());
    }

    /// Tries to open the ledger until that works, or the ledger is closed. Intents wait meanwhile.
    async fn serve_once_open(
        mut self,
        shared: Shared,
        config: LedgerConfig,
        cell: Arc<OnceLock<Readers>>,
        is_watching: watch::Sender<bool>,
    ) {
        let (mut told, mut held) = (Vec::new(), Vec::new());
        let mut retry = tokio::time::interval(RETRY_OPENING);
        retry.set_missed_tick_behavior(MissedTickBehavior::Delay);
        retry.reset();
        loop {
            tokio::select! {
                next = self.told.recv() => match next {
                    None => return,
                    Some(Told::Close(done)) => {
                        // The receiver may be gone.
                        let _ = done.send(());
                        return;
                    }
                    Some(fact) => told.push(fact),
                },
                Some(intent) = self.intents.recv() => {
                    held.push(intent);
                    refuse_surplus(&mut held, &shared.published);
                }
                _ = retry.tick() => match shared.open_on_thread(&config).await {
                    Err(error) => shared.published.set_trouble(Some(error)),
                    Ok(Opened { mut writer, readers, taken_over, .. }) => {
                        drop(cell.set(readers));
                        writer.turn = Turn::Alone(is_watching);
                        writer.held = held;
                        tracing::info!(ledger = %config.place, "the ledger was opened");
                        writer.published.queued(taken_over.len());
                        told.splice(0..0, taken_over);
                        return self.serve(writer, told);
                    }
                },
            }
        }
    }
}

impl Shared {
    fn new(now: Now) -> Self {
        Self { published: Arc::new(Published::new(now)), lists: Arc::default(), answers: Arc::default() }
    }

    /// As [`Self::open`], on a thread of its own: the compiler cannot tell that the future may change threads.
    async fn open_on_thread(&self, config: &LedgerConfig) -> Result<Opened, LedgerError> {
        let (shared, config, runtime) = (self.clone(), config.clone(), tokio::runtime::Handle::current());
        let span = tracing::Span::current();
        let opened = tokio::task::spawn_blocking(move || span.in_scope(|| runtime.block_on(shared.open(&config))));
        opened.await.unwrap_or(Err(LedgerError::Closed))
    }

    async fn open(&self, config: &LedgerConfig) -> Result<Opened, LedgerError> {
        let opened = async { self.open_target(Target::of(&config.place, &config.cluster)?, config).await };
        opened.await.map_err(|error| {
            let newer = newer(&error, config);
            let is_newer = newer.is_some();
            let reason = newer.unwrap_or_else(|| reason(&error));
            LedgerError::Open { place: config.place.to_string(), reason, is_newer }
        })
    }

    async fn open_target(&self, target: Target, config: &LedgerConfig) -> sqlx::Result<Opened> {
        if let Target::Sqlite(file) = &target {
            file.prepare().await?;
        }
        let mut connection = target.connect_to_write().await?;
        // Replicas start one after the other.
        let guard = match &target {
            Target::Sqlite(file) => {
                file.migrate(&mut connection).await?;
                None
            }
            Target::Postgres(server) => Some(server.migrate().await?),
        };
        let published = self.published.clone();
        let (scope, seq, derived_by) = identify(&mut connection, config, &target, published.now().millis()).await?;
        let held = watch::Sender::new(());
        let (turn, news, pictures) = match &target {
            Target::Sqlite(_) => (Turn::Alone(watch::Sender::new(true)), None, Pictures::alone()),
            Target::Postgres(server) => {
                let turn = server.take_turns(scope.replica, held.subscribe()).await?;
                let (shown, shared) = watch::channel(None);
                let news = server.listen(held.subscribe(), shown);
                let own = server.show(held.subscribe());
                (Turn::Shared { turn, _held: held }, Some(news), Pictures::of_many(own, shared))
            }
        };
        let mut writer = Writer {
            target,
            book: Book::new(store::next_run(&mut connection).await?),
            connection,
            scope,
            foreign: BTreeSet::new(),
            is_stale: false,
            is_stuck: false,
            held: Vec::new(),
            probe_at: Instant::now(),
            seq,
            published: published.clone(),
            lists: self.lists.clone(),
            answers: self.answers.clone(),
            keep: config.keep,
            steady: SteadyTime::starting_at(published.now()),
            keep_bytes: config.keep_bytes,
            turn,
            news,
        };
        if !writer.connection.is_shared() {
            let first = store::next_submission(&mut writer.connection).await?;
            writer.book.give_submissions(first..i64::MAX);
        }
        if derived_by != derive::RULES_VERSION {
            writer.derive_again().await?;
        }
        let answers = match &writer.target {
            Target::Sqlite(file) => Some(file.beside("-answers")),
            Target::Postgres(_) => None,
        };
        let known = answers.as_deref().map(AnswerLog::read).unwrap_or_default();
        let taken_over = writer.take_over(&known).await?;
        if let Some(answers) = answers {
            self.answers.attach(&answers, taken_over.len())?;
        }
        let table = history::load(&mut writer.connection, &config.cluster, writer.seq).await?;
        writer.lists.update(|lists| *lists = table);
        drop(guard);
        let readers = writer.target.readers().await?;
        if let Target::Sqlite(file) = &writer.target {
            file.started(&mut writer.connection).await?;
            file.keep_log_short(published);
        }
        Ok(Opened { writer, readers, pictures, taken_over })
    }
}

/// Why the ledger cannot be opened, and what to do.
fn reason(error: &sqlx::Error) -> String {
    if let Some(advice) = advice::for_opening(error) {
        return format!("{error}; {advice}");
    }
    if let sqlx::Error::Io(fault) = error
        && fault.kind() == std::io::ErrorKind::InvalidData
    {
        // Our own message ([`crate::sqlite_file`]).
        return fault.to_string();
    }
    error.to_string()
}

/// What to say if a newer release has migrated the ledger.
fn newer(error: &sqlx::Error, config: &LedgerConfig) -> Option<String> {
    let sqlx::Error::Migrate(error) = error else { return None };
    match &config.place {
        Place::File(_) => schema_version::newer("its schema", error, &sqlite::MIGRATIONS),
        Place::Postgres(_) => {
            let schema = format!("its schema {}", postgres::schema_of(&config.cluster));
            schema_version::newer(&schema, error, &postgres::MIGRATIONS)
        }
    }
}
