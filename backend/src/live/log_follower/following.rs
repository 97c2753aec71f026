//! What one page reads of a log: the part that belongs to its run, and what is appended to that.

use super::{FileId, LARGEST_RANGE, LONGEST_PAUSE, LogFile, LogFollowers, PROVED_FOR, SharedFile};
use crate::{drove_client::ClusterError, live::log_part::locate};
use model::{
    InstanceId, LogMarks,
    dashboard::{LogFrame, LogPart},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::broadcast,
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

/// Bytes of an unfinished line that are kept: what comes next may make it one that names another run.
const LONGEST_MARK: usize = 16 << 10;
/// How often the name of a run is looked up that was submitted and is not reported yet, and the pause between. A log can be
/// read a moment before the ledger knows whose it is; without a name the whole file is shown.
const LOOKUPS: usize = 8;
const LOOKUP_PAUSE: Duration = Duration::from_millis(250);

/// One page that follows a log.
pub struct Following {
    followers: LogFollowers,
    /// Read with the reader's own rights.
    file: LogFile,
    /// The run that was asked for; the newest one, whichever that is, if absent.
    run: Option<u32>,
    /// Lines of other runs are wanted too.
    whole: bool,
    /// Where the reader is; nothing before its first read.
    at: Option<u64>,
    /// When it last read for itself.
    read: Instant,
    /// There may be more than the reader has, and no chunk will tell it.
    behind: bool,
    /// Finds the run's part, which may take longer than this is waited for at a time.
    locating: JoinSet<Result<Located, ClusterError>>,
    /// What it found.
    located: Option<Located>,
    /// Whose lines were read last, and where they begin; nothing before the first.
    before: Option<(Option<InstanceId>, u64)>,
    /// When it was last found out whose lines to read.
    looked: Instant,
}

struct Located {
    /// Whose lines are read, if that is known.
    instance: Option<InstanceId>,
    part: LogPart,
    chunks: broadcast::Receiver<Arc<LogFrame>>,
    shared: SharedFile,
    /// A line that is being written.
    unfinished: String,
}

impl Following {
    /// Reads from `at`, or the last part.
    pub fn begin(followers: LogFollowers, file: LogFile, run: Option<u32>, whole: bool, at: Option<u64>) -> Self {
        Self {
            followers,
            file,
            run,
            whole,
            at,
            read: Instant::now(),
            behind: true,
            locating: JoinSet::new(),
            located: None,
            before: None,
            looked: Instant::now(),
        }
    }

    /// What comes next, if anything did. May be dropped and called again: nothing is lost.
    pub async fn next(&mut self) -> Result<Option<LogFrame>, ClusterError> {
        self.notice_another_run();
        let Some(located) = &mut self.located else {
            self.locate().await?;
            return Ok(None);
        };
        if self.behind {
            return self.catch_up().await;
        }
        if located.part.to.is_some() {
            // All of the run was sent.
            sleep(LONGEST_PAUSE).await;
            return Ok(None);
        }
        let mut refused = located.shared.refused.subscribe();
        let own_pause = located.shared.own_pause();
        let own_turn = async {
            // The file is not forgotten while somebody follows.
            drop(refused.wait_for(|refused| *refused).await);
            sleep_until(self.read + own_pause).await;
        };
        let chunk = tokio::select! {
            chunk = located.chunks.recv() => chunk,
            () = own_turn => {
                self.behind = true;
                return Ok(None);
            }
            () = sleep_until(self.read + PROVED_FOR) => {
                self.behind = true;
                return Ok(None);
            }
            () = sleep(LONGEST_PAUSE) => return Ok(None),
        };
        match chunk {
            Ok(chunk) if chunk.rotated || Some(chunk.from) == self.at => Ok(Some(self.taken((*chunk).clone()))),
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

    /// Finds the part of the run, and joins those who follow the same file.
    async fn locate(&mut self) -> Result<(), ClusterError> {
        if self.locating.is_empty() {
            let (followers, file) = (self.followers.clone(), self.file.clone());
            let (run, whole) = (self.run, self.whole);
            self.locating.spawn(async move {
                let mut known = followers.runs.find(file.key.clone(), run).await;
                for _ in 1..LOOKUPS {
                    if whole || known.as_ref().is_none_or(|known| known.instance.is_some() || known.ended.is_some()) {
                        break;
                    }
                    sleep(LOOKUP_PAUSE).await;
                    known = followers.runs.find(file.key.clone(), run).await;
                }
                let part = match &known {
                    Some(known) if !whole => locate(&file, known).await?,
                    Some(_) | None => LogPart::WHOLE,
                };
                let instance = known.and_then(|known| known.instance);
                let id: FileId = (file.key, instance.clone(), file.name);
                let (chunks, shared) = followers.follow(&id);
                Ok(Located { instance, part, chunks, shared, unfinished: String::new() })
            });
        }
        if let Some(Ok(located)) = self.locating.join_next().await {
            let located = located?;
            // Where a reader was in another run is no place in this one.
            let is_same = self.before.as_ref().is_none_or(|(instance, from)| {
                *from == located.part.from && (instance.is_none() || *instance == located.instance)
            });
            self.at = self.at.filter(|at| is_same && (located.part.has(*at) || located.part.to == Some(*at)));
            self.before = Some((located.instance.clone(), located.part.from));
            self.located = Some(located);
            self.behind = true;
        }
        Ok(())
    }

    /// Reads what the shared reader has read before.
    async fn catch_up(&mut self) -> Result<Option<LogFrame>, ClusterError> {
        let Some(part) = self.located.as_ref().map(|located| located.part) else { return Ok(None) };
        let frame = match self.at {
            Some(at) => self.file.range_within(part, at, LARGEST_RANGE).await?,
            None => self.file.tail_within(part, LARGEST_RANGE).await?,
        };
        self.read = Instant::now();
        let first = self.at.is_none();
        let frame = self.taken(frame);
        self.behind = frame.to < frame.part.end(frame.size) && frame.to > frame.from;
        Ok((first || frame.rotated || frame.to > frame.from).then_some(frame))
    }

    /// A frame as the reader gets it: cut where another run begins.
    fn taken(&mut self, mut frame: LogFrame) -> LogFrame {
        let Some(located) = self.located.as_mut() else { return frame };
        if frame.rotated {
            let is_of_another = |own| LogMarks::read(0, &frame.text).end_of(own) == Some(0);
            if let Some(at) = self.at
                && located.instance.as_ref().is_some_and(is_of_another)
            {
                // Drove reads the file of another executor now.
                located.part.to = Some(at);
                frame = LogFrame { file: frame.file, from: at, to: at, size: at, ..LogFrame::default() };
            } else {
                located.unfinished.clear();
                located.part = LogPart::WHOLE;
            }
        }
        if let Some(own) = located.instance.as_ref().filter(|_| !self.whole && located.part.to.is_none()) {
            let text = std::mem::take(&mut located.unfinished) + &frame.text;
            let from = frame.from.saturating_sub((text.len() - frame.text.len()) as u64);
            match LogMarks::read(from, &text).end_of(own) {
                Some(end) => {
                    let end = end.clamp(frame.from, frame.to);
                    let kept = usize::try_from(end - frame.from).unwrap_or(usize::MAX);
                    // Only offsets of valid text can be cut exactly.
                    frame.text = frame.text.get(..kept).unwrap_or_default().to_owned();
                    frame.to = end;
                    located.part.to = Some(end);
                }
                None => {
                    let line = text.rsplit('\n').next().unwrap_or_default();
                    located.unfinished = if line.len() > LONGEST_MARK { String::new() } else { line.to_owned() };
                }
            }
        }
        self.at = Some(frame.to);
        LogFrame { part: located.part, instance: located.instance.clone(), ..frame }
    }

    /// Another run of the task goes on: a reader of the newest one goes on with that, for the others nothing more will come.
    fn notice_another_run(&mut self) {
        let Some(located) = &mut self.located else { return };
        let is_other = |live: &InstanceId| located.instance.as_ref() != Some(live);
        if !self.followers.runs.live(&self.file.key).as_ref().is_some_and(is_other) {
            return;
        }
        if self.run.is_some() && located.instance.is_some() {
            if located.part.to.is_none() && !self.whole {
                located.part.to = self.at;
            }
        } else if self.looked.elapsed() >= LONGEST_PAUSE {
            self.looked = Instant::now();
            self.located = None;
        }
    }
}
