//! Following logs: all followers of one file share one reader of it, and each has proved its right by a read of its own.
//! Where the account of that reader may not read logs, followers read for themselves, and not often.

mod following;

use super::{
    log_part,
    log_range::{LARGEST_RANGE, LogFile},
    query::{LiveQuery, View},
};
use crate::{
    drove_client::{ClusterError, DroveClient},
    ledger::Ledger,
};
use following::Following;
use model::{InstanceId, LogRun, TaskKey, dashboard::LogFrame};
use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{broadcast, watch},
    time::sleep,
};

/// Pause between two looks at a file that grows.
const SHORTEST_PAUSE: Duration = Duration::from_millis(150);
/// Pause between two looks at a file that does not, or is not there yet.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Pause between two attempts of a shared reader that may not read.
const REFUSED_PAUSE: Duration = Duration::from_secs(30);
/// Reads a second of one file, at most, while its followers read for themselves.
const OWN_READS: usize = 4;
/// A follower's right to read is proved for so long; then it reads for itself once more, since its role may be another by now.
const PROVED_FOR: Duration = Duration::from_secs(900);
/// Chunks a follower may be behind before it reads for itself.
const BACKLOG: usize = 32;

/// The files that are followed. Clones share them.
#[derive(Clone)]
pub(super) struct LogFollowers {
    client: DroveClient,
    runs: Arc<dyn Runs>,
    files: Arc<Mutex<BTreeMap<FileId, SharedFile>>>,
}

/// What is known of the runs of a task.
pub(super) trait Runs: Send + Sync {
    /// A run, the newest if no number is given. Nothing if it is not known.
    fn find(&self, key: TaskKey, run: Option<u32>) -> Lookup;
    /// Drove's name of the run that goes on, if one does.
    fn live(&self, key: &TaskKey) -> Option<InstanceId>;
}

pub(super) type Lookup = Pin<Box<dyn Future<Output = Option<LogRun>> + Send>>;

impl Runs for Ledger {
    fn find(&self, key: TaskKey, run: Option<u32>) -> Lookup {
        let ledger = self.clone();
        // While the ledger cannot be read nothing is known of runs, and the whole file is shown.
        Box::pin(async move { log_part::run_of(&ledger, &key, run).await.ok().flatten() })
    }

    fn live(&self, key: &TaskKey) -> Option<InstanceId> {
        self.live_run(key)?.instance_id
    }
}

/// What names a file: Drove reads it on the executor of the run that is the newest, so another run has another file.
type FileId = (TaskKey, Option<InstanceId>, String);

type Chunks = broadcast::Sender<Arc<LogFrame>>;

/// A file that is followed.
#[derive(Clone, Debug)]
struct SharedFile {
    chunks: Chunks,
    /// The shared reader may not read it.
    refused: watch::Sender<bool>,
}

impl SharedFile {
    /// Between two reads of a follower for itself.
    fn own_pause(&self) -> Duration {
        LONGEST_PAUSE * u32::try_from(self.chunks.receiver_count().div_ceil(OWN_READS)).unwrap_or(u32::MAX)
    }
}

impl LogFollowers {
    /// `client` reads for all; `runs` tells whose lines a file may hold.
    pub fn new(client: DroveClient, runs: impl Runs + 'static) -> Self {
        Self { client, runs: Arc::new(runs), files: Arc::default() }
    }

    fn follow(&self, id: &FileId) -> (broadcast::Receiver<Arc<LogFrame>>, SharedFile) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = files.get(id) {
            return (shared.chunks.subscribe(), shared.clone());
        }
        let (chunks, receiver) = broadcast::channel(BACKLOG);
        let shared = SharedFile { chunks, refused: watch::Sender::new(false) };
        files.insert(id.clone(), shared.clone());
        tokio::spawn(read_for_all(self.clone(), id.clone(), shared.clone()));
        (receiver, shared)
    }

    /// Forgets a file that nobody follows any more.
    fn forget_if_unread(&self, id: &FileId, shared: &SharedFile) -> bool {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let unread = shared.chunks.receiver_count() == 0;
        if unread {
            files.remove(id);
        }
        unread
    }
}

/// Reads what is appended to one file, until nobody follows it.
async fn read_for_all(followers: LogFollowers, id: FileId, shared: SharedFile) {
    let (key, _, name) = &id;
    let file = LogFile { client: followers.client.clone(), key: key.clone(), name: name.clone() };
    let mut at = None;
    let mut pause = SHORTEST_PAUSE;
    while !followers.forget_if_unread(&id, &shared) {
        let read = next_chunk(&file, &mut at).await;
        let refused = matches!(read, Err(ClusterError::Unauthorized { .. }));
        shared.refused.send_if_modified(|before| std::mem::replace(before, refused) != refused);
        match read {
            Ok(Some(chunk)) => {
                pause = SHORTEST_PAUSE;
                // The last follower may just have left.
                let _ = shared.chunks.send(Arc::new(chunk));
            }
            Ok(None) => pause = (pause * 2).min(LONGEST_PAUSE),
            Err(error) => {
                tracing::debug!(task = %file.key, %error, "a log cannot be read yet");
                pause = if refused { REFUSED_PAUSE } else { LONGEST_PAUSE };
            }
        }
        sleep(pause).await;
    }
}

async fn next_chunk(file: &LogFile, at: &mut Option<u64>) -> Result<Option<LogFrame>, ClusterError> {
    let Some(offset) = *at else {
        *at = Some(file.size().await?);
        return Ok(None);
    };
    let chunk = file.range(offset, LARGEST_RANGE).await?;
    *at = Some(chunk.to);
    Ok((chunk.rotated || chunk.to > chunk.from).then_some(chunk))
}

/// One page that follows a log, or none.
pub(super) enum LogReader {
    /// No log is followed, or the reader may not read it.
    Silent,
    /// Follows.
    Following(Box<Following>),
}

impl LogReader {
    /// Follows the log that `query` names, from offset `at` or from its last part.
    pub fn open(followers: &LogFollowers, query: &LiveQuery, at: Option<u64>, client: DroveClient) -> Self {
        let (View::Task(key, run), Some(name)) = (&query.view, &query.log) else { return Self::Silent };
        let file = LogFile { client, key: key.clone(), name: name.clone() };
        Self::Following(Box::new(Following::begin(followers.clone(), file, *run, query.whole_log, at)))
    }

    /// The next part of the log. May be dropped and called again: nothing is lost.
    pub async fn next(&mut self) -> LogFrame {
        loop {
            let Self::Following(following) = self else { return std::future::pending().await };
            match following.next().await {
                Ok(Some(frame)) => return frame,
                Ok(None) => {}
                Err(ClusterError::Unauthorized { .. }) => *self = Self::Silent,
                Err(_) => sleep(LONGEST_PAUSE).await,
            }
        }
    }
}

#[cfg(test)]
mod tests;
