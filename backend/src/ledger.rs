//! What the dashboard saw and sent: facts, and the views derived from them (design section 3).
//!
//! Told through [`Ledger::intend`], [`Ledger::answer`] and [`Ledger::observe`]; one writer stores it ([`writer`]), after
//! pure rules have decided what it means ([`book`], [`derive`]). Read through [`Ledger::page`], [`Ledger::detail`],
//! [`Ledger::walk`] and [`Ledger::rows_changed_since`]. SQL stands in [`store`], [`history`], [`detail`],
//! [`retention`] and [`open`] only.

mod answer_log;
mod book;
mod database;
mod derive;
mod detail;
mod error;
mod fact;
mod history;
mod open;
mod pictures;
mod place;
mod published;
mod pulse;
mod report;
mod retention;
mod run;
mod steady;
mod store;
mod walk;
mod withhold;
mod writer;

pub use book::Verdicts;
pub use error::LedgerError;
pub use fact::{Answer, Intent, Listing, Observation, Operation, SubmissionId, Watched};
pub use place::Place;
pub use published::{LiveRun, Now};
pub use walk::Walk;

use answer_log::AnswerLog;
use database::Readers;
use history::Lists;
use model::{
    InstanceId, TaskKey, Timestamp,
    dashboard::{Count, Counts, HistoryPage, HistoryQuery, Submission, TaskDetail, TaskRow},
};
use pictures::Pictures;
use published::Published;
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::sync::{mpsc, oneshot, watch};
use writer::{IntentRequest, Told};

/// A list that is further behind the database than this has lost touch with it: nobody waits for it any longer.
const SHOWN_WITHIN: Duration = Duration::from_secs(1);

/// Accepted and not reported for so long means not placed (design section 3).
pub const PLACING_TIME: Duration = Duration::from_secs(15);

/// Where the ledger lies and what it is about.
#[derive(Clone, Debug)]
pub struct LedgerConfig {
    /// The database.
    pub place: Place,
    /// Name of the cluster.
    pub cluster: String,
    /// Id of the demo's world; a constant for a real cluster. Runs of another world that still go on are ended.
    pub world: String,
    /// Ended runs are removed after so long.
    pub keep: Duration,
    /// When more bytes of the database than this are in use, the runs that ended first are removed; unbounded if absent.
    pub keep_bytes: Option<u64>,
    /// Whether values of environment variables that look like secrets ([`model::secret`]) are kept.
    pub keep_secret_env: bool,
    /// How long Drove keeps the record of an ended task, and with it its ID (`staleTaskAge`).
    pub ids_taken_for: Duration,
}

/// A handle of the ledger. Cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    cluster: Arc<str>,
    ids_taken_for: Duration,
    intents: mpsc::Sender<IntentRequest>,
    told: mpsc::UnboundedSender<Told>,
    /// Empty until the database is open.
    readers: Arc<OnceLock<Readers>>,
    lists: Arc<Lists>,
    pictures: Pictures,
    is_watching: watch::Receiver<bool>,
    published: Arc<Published>,
    answers: Arc<AnswerLog>,
}

impl Ledger {
    /// Records that an operation is about to be sent. When this returns, that survives the end of the process. While the
    /// ledger cannot be written this waits until it can.
    ///
    /// # Errors
    /// The ledger is closed, or too many intents wait already.
    pub async fn intend(&self, intent: Intent) -> Result<SubmissionId, LedgerError> {
        let (done, stored) = oneshot::channel();
        self.intents.send(IntentRequest::new(intent, done)).await.map_err(|_| LedgerError::Closed)?;
        stored.await.map_err(|_| LedgerError::Closed)?
    }

    /// Records what became of an operation, soon: nobody waits for it. Survives the end of the process where the ledger is a
    /// file.
    pub fn answer(&self, id: SubmissionId, answer: Answer) {
        self.answers.append(id, &answer);
        self.tell(Told::Answer(id, answer));
    }

    /// Forgets an intent: it was never sent, or its sender was not let in.
    pub fn withdraw(&self, id: SubmissionId) {
        self.tell(Told::Withdraw(id));
    }

    /// Records operations of the past with their answers (the demo's run ahead). Returns when they are stored.
    pub async fn record_rehearsed(&self, operations: Vec<(Intent, Answer)>) -> Result<(), LedgerError> {
        for (intent, answer) in operations {
            self.tell(Told::Rehearsed(Box::new(intent), answer));
        }
        self.flush().await
    }

    /// Records what was seen. Returns when it is stored, so that a watcher is never far ahead of the ledger.
    ///
    /// # Errors
    /// As soon as the ledger cannot be written. The observations stay queued, and are stored when it can.
    pub async fn try_observe(&self, observations: Vec<Observation>) -> Result<(), LedgerError> {
        for observation in observations {
            self.tell(Told::Observed(Box::new(observation)));
        }
        self.flush_unless_unwritable().await?;
        self.published.pulse().observed();
        Ok(())
    }

    /// As [`Self::try_observe`], but waits however long it takes to store the observations.
    pub async fn observe(&self, observations: Vec<Observation>) -> Result<(), LedgerError> {
        match self.try_observe(observations).await {
            Err(LedgerError::Unwritable(_)) => self.flush().await,
            observed => observed,
        }
    }

    /// Returns when everything told so far is stored, however long that takes.
    pub async fn flush(&self) -> Result<(), LedgerError> {
        let (done, flushed) = oneshot::channel();
        self.tell(Told::Flush(done, self.published.pulse().wait()));
        flushed.await.map_err(|_| LedgerError::Closed)
    }

    async fn flush_unless_unwritable(&self) -> Result<(), LedgerError> {
        let mut trouble = self.trouble();
        tokio::select! {
            biased;
            flushed = self.flush() => flushed,
            Ok(trouble) = trouble.wait_for(Option::is_some) => Err(trouble.clone().unwrap_or(LedgerError::Closed)),
        }
    }

    /// Stores what was told and closes the database. The other handles are dead afterwards.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        self.tell(Told::Close(done));
        // An error means that it is closed already.
        drop(closed.await);
        if let Some(readers) = self.readers.get() {
            readers.close().await;
        }
    }

    /// Name of the cluster it is about.
    pub fn cluster(&self) -> &str {
        &self.cluster
    }

    fn tell(&self, told: Told) {
        self.published.queued(usize::from(told.is_fact()));
        if self.told.send(told).is_err() {
            tracing::debug!("something was told to a closed ledger");
        }
    }

    /// Facts that wait to be stored.
    pub fn unstored(&self) -> usize {
        self.published.unstored()
    }

    /// The revision of the last change, and a way to wait for the next. Changes are visible to reads before it moves.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.published.revision()
    }

    /// The revision of the last change.
    pub fn revision(&self) -> u64 {
        *self.published.revision().borrow()
    }

    /// Whether this process is the one that watches the cluster: always, unless replicas share the ledger. When it turns
    /// false, somebody else may be watching already.
    pub fn is_watching(&self) -> watch::Receiver<bool> {
        self.is_watching.clone()
    }

    /// Shows other replicas what this one sees, about once a second; `picture`, which gives what is new, is asked only if
    /// there may be others.
    pub fn share_picture(&self, picture: impl FnOnce() -> Option<String>) {
        self.pictures.share(picture);
    }

    /// What the replica that watches shows the others; nothing yet, or nothing ever if there are none.
    pub fn shared_picture(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.pictures.shared()
    }

    /// Why the ledger cannot be written, while it cannot.
    pub fn trouble(&self) -> watch::Receiver<Option<LedgerError>> {
        self.published.trouble()
    }

    /// Bytes of the database in use when old runs were last looked for (each minute); 0 before that.
    pub fn size(&self) -> watch::Receiver<u64> {
        self.published.size()
    }

    /// Time from being told something to having stored it; what still waits counts so far.
    pub fn lag(&self) -> Duration {
        self.published.pulse().lag()
    }

    /// Time since the watcher last read the cluster and the ledger stored it; nothing if it never did in this process.
    pub fn since_observed(&self) -> Option<Duration> {
        self.published.pulse().since_observed()
    }

    /// Those runs that go on and are wanted, the last one of each key. Asks no database.
    pub fn live_runs(&self, wanted: impl Fn(&LiveRun) -> bool) -> Vec<LiveRun> {
        self.published.live_runs(wanted)
    }

    /// Whether Drove has said, since this process began and not too long ago, that a run ended. Asks no database.
    pub fn has_stopped(&self, id: &InstanceId) -> bool {
        self.published.has_stopped(id)
    }

    /// How many of them are wanted.
    pub fn count_live(&self, wanted: impl Fn(&LiveRun) -> bool) -> usize {
        self.published.count_live(wanted)
    }

    /// The last run recorded, of whichever key; 0 before the first. Asks no database.
    pub fn newest_run(&self) -> i64 {
        self.lists.now().newest_run().unwrap_or(0)
    }

    /// Tasks whose last run may be that of a CREATE whose answer was lost: a whole record would tell. Asks no database.
    pub fn doubtful(&self) -> Vec<TaskKey> {
        self.published.doubtful()
    }

    /// The run of a key that goes on.
    pub fn live_run(&self, key: &TaskKey) -> Option<LiveRun> {
        self.published.live_run(key)
    }

    /// Names who tells, when a task was not placed, why it fits nowhere.
    pub fn set_verdicts(&self, verdicts: Box<Verdicts>) {
        self.published.set_verdicts(verdicts);
    }

    /// One page of a list, with counts and choices.
    pub async fn page(&self, query: &HistoryQuery) -> Result<HistoryPage, LedgerError> {
        history::page(self.readers()?, &self.lists, query, self.now()).await.map_err(LedgerError::unreadable)
    }

    /// All runs of a query, whatever page it asks for.
    pub fn walk(&self, query: &HistoryQuery) -> Walk {
        Walk::begin(self.clone(), query)
    }

    /// Counts of a list, and how many rows it has over all pages.
    pub async fn counts(&self, query: &HistoryQuery) -> (Counts, Count) {
        history::counts(&self.lists, query, self.now()).await
    }

    /// Rows that changed after `revision`, in the order of their last change, at most `limit`.
    pub async fn rows_changed_since(&self, revision: u64, limit: usize) -> Result<Vec<TaskRow>, LedgerError> {
        history::changed_since(self.readers()?, &self.cluster, revision, limit).await.map_err(LedgerError::unreadable)
    }

    /// Everything known of run `run` of a key, or of its last one; nothing if there is none.
    pub async fn detail(&self, key: &TaskKey, run: Option<u32>) -> Result<Option<TaskDetail>, LedgerError> {
        let detail = detail::read(self.readers()?, &self.cluster, key, run, self.now(), self.ids_taken_for).await;
        let detail = detail.map_err(LedgerError::unreadable)?;
        if let Some(detail) = &detail {
            // Whoever has seen this must not find an older list: what is committed is shown a moment later.
            let mut shown = self.published.revision();
            drop(tokio::time::timeout(SHOWN_WITHIN, shown.wait_for(|shown| *shown >= detail.revision)).await);
        }
        Ok(detail)
    }

    /// The last CREATE of a key that was refused: it made no run.
    pub async fn refused(&self, key: &TaskKey) -> Result<Option<Submission>, LedgerError> {
        detail::refused(self.readers()?, &self.cluster, key).await.map_err(LedgerError::unreadable)
    }

    /// How far the watcher had come in `world`, as far as that is recorded; nothing if nobody has watched it.
    pub async fn watched(&self, world: &str) -> Result<Option<Watched>, LedgerError> {
        history::watched(self.readers()?, &self.cluster, world).await.map_err(LedgerError::unreadable)
    }

    /// Whether the database is open: a file that cannot be opened at the start is tried again.
    pub fn is_open(&self) -> bool {
        self.readers.get().is_some()
    }

    fn readers(&self) -> Result<&Readers, LedgerError> {
        let unopened = || self.trouble().borrow().clone().unwrap_or(LedgerError::Closed);
        self.readers.get().ok_or_else(unopened)
    }

    fn now(&self) -> Timestamp {
        self.published.now()
    }
}

/// Environment variable with the PostgreSQL server that tests run on, if there is one: `cargo xtask test` sees to that.
/// On 127.0.0.1 it takes passwords, and only with TLS.
#[cfg(test)]
pub const POSTGRES_OF_TESTS: &str = "DROVE_DASHBOARD_TEST_POSTGRES";

#[cfg(test)]
mod tests;
