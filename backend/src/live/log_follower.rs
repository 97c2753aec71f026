//! Following logs: all followers of one file share one reader of it, and each has proved its right by a read of its own.
//! Where the account of that reader may not read logs, followers read for themselves, and not often.

use super::{
    log_range::{LARGEST_RANGE, LogFile},
    query::{LiveQuery, View},
};
use crate::drove_client::{ClusterError, DroveClient};
use model::{TaskKey, dashboard::LogFrame};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{broadcast, watch},
    time::{Instant, sleep, sleep_until},
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
#[derive(Clone, Debug)]
pub(super) struct LogFollowers {
    client: DroveClient,
    files: Arc<Mutex<BTreeMap<(TaskKey, String), SharedFile>>>,
}

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
    /// `client` reads for all.
    pub fn new(client: DroveClient) -> Self {
        Self { client, files: Arc::default() }
    }

    fn follow(&self, key: &TaskKey, name: &str) -> (broadcast::Receiver<Arc<LogFrame>>, SharedFile) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = files.get(&(key.clone(), name.to_owned())) {
            return (shared.chunks.subscribe(), shared.clone());
        }
        let (chunks, receiver) = broadcast::channel(BACKLOG);
        let shared = SharedFile { chunks, refused: watch::Sender::new(false) };
        files.insert((key.clone(), name.to_owned()), shared.clone());
        let file = LogFile { client: self.client.clone(), key: key.clone(), name: name.to_owned() };
        tokio::spawn(read_for_all(self.clone(), file, shared.clone()));
        (receiver, shared)
    }

    /// Forgets a file that nobody follows any more.
    fn forget_if_unread(&self, file: &LogFile, shared: &SharedFile) -> bool {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let unread = shared.chunks.receiver_count() == 0;
        if unread {
            files.remove(&(file.key.clone(), file.name.clone()));
        }
        unread
    }
}

/// Reads what is appended to one file, until nobody follows it.
async fn read_for_all(followers: LogFollowers, file: LogFile, shared: SharedFile) {
    let mut at = None;
    let mut pause = SHORTEST_PAUSE;
    while !followers.forget_if_unread(&file, &shared) {
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
#[derive(Debug)]
pub(super) enum LogReader {
    /// No log is followed, or the reader may not read it.
    Silent,
    /// Follows.
    Following(Box<Following>),
}

#[derive(Debug)]
pub(super) struct Following {
    /// Read with the reader's own rights.
    file: LogFile,
    chunks: broadcast::Receiver<Arc<LogFrame>>,
    shared: SharedFile,
    /// When it last read for itself.
    read: Instant,
    /// Where the reader is; nothing before its first read.
    at: Option<u64>,
    /// There may be more than the reader has, and no chunk will tell it.
    behind: bool,
}

impl LogReader {
    /// Follows the log that `query` names, from offset `at` or from its last part.
    pub fn open(followers: &LogFollowers, query: &LiveQuery, at: Option<u64>, client: DroveClient) -> Self {
        let (View::Task(key, _), Some(name)) = (&query.view, &query.log) else { return Self::Silent };
        let file = LogFile { client, key: key.clone(), name: name.clone() };
        let (chunks, shared) = followers.follow(key, name);
        Self::Following(Box::new(Following { file, chunks, shared, read: Instant::now(), at, behind: true }))
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

impl Following {
    async fn next(&mut self) -> Result<Option<LogFrame>, ClusterError> {
        if self.behind {
            let frame = match self.at {
                Some(at) => self.file.range(at, LARGEST_RANGE).await?,
                None => self.file.tail(LARGEST_RANGE).await?,
            };
            self.read = Instant::now();
            let first = self.at.is_none();
            self.at = Some(frame.to);
            self.behind = frame.to < frame.size && frame.to > frame.from;
            return Ok((first || frame.rotated || frame.to > frame.from).then_some(frame));
        }
        let mut refused = self.shared.refused.subscribe();
        let own_turn = async {
            // The file is not forgotten while somebody follows.
            drop(refused.wait_for(|refused| *refused).await);
            sleep_until(self.read + self.shared.own_pause()).await;
        };
        let chunk = tokio::select! {
            chunk = self.chunks.recv() => chunk,
            () = own_turn => {
                self.behind = true;
                return Ok(None);
            }
            () = sleep_until(self.read + PROVED_FOR) => {
                self.behind = true;
                return Ok(None);
            }
        };
        match chunk {
            Ok(chunk) if chunk.rotated || Some(chunk.from) == self.at => {
                self.at = Some(chunk.to);
                Ok(Some((*chunk).clone()))
            }
            Ok(chunk) => {
                self.behind = self.at.is_none_or(|at| chunk.to > at);
                Ok(None)
            }
            Err(broadcast::error::RecvError::Lagged(_)) => {
                self.behind = true;
                Ok(None)
            }
            // The shared reader never ends while somebody follows.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests;
