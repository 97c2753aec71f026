//! One round of reading: what is read, and what is told to the ledger. The reads stand in [`read`], what is shown of them in [`show`].

mod beside;
mod read;
mod show;

use super::{
    ClusterPicture, WatcherConfig,
    budget::Budget,
    doubts::{Doubt, Doubts},
    events::EventWindow,
    executors::Executors,
    shared::{Seen, Showing},
    status::{ReadKind, Status},
    tasks::ActiveTasks,
    unlisted::Unlisted,
    verdicts::VerdictSource,
};
use crate::{
    clock::Clock,
    drove_client::{ClusterError, DroveClient},
    ledger::Ledger,
    upstream::{Change, Changes},
};
use model::{ExecutorId, ExecutorNodeData, TaskKey, Timestamp};
use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// Events of one moment may become visible one after the other for so long.
const OVERLAP: Duration = Duration::from_secs(2);
/// The embedded core raises them in order.
const OVERLAP_EMBEDDED: Duration = Duration::from_millis(1);
/// Look-ups in one round, when reads are free.
const LOOK_UPS_AT_ONCE: usize = 64;
/// A list so old does not show the moment in which placing a task was given up.
const FRESH_LIST: Duration = Duration::from_millis(200);

/// What hints ask for, the most urgent last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Noted {
    /// Nothing.
    Nothing,
    /// To look soon what became of something.
    Touched,
    /// To read everything again: another controller leads.
    NewLeader,
}

/// Why a round broke off.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    /// The cluster.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] crate::ledger::LedgerError),
}

/// Everything a watcher holds.
pub struct Round {
    config: WatcherConfig,
    client: DroveClient,
    ledger: Ledger,
    clock: Clock,
    picture: watch::Sender<Arc<ClusterPicture>>,
    verdicts: VerdictSource,
    window: EventWindow,
    tasks: ActiveTasks,
    listed: Option<Instant>,
    executors: Executors,
    doubts: Doubts,
    unlisted: Unlisted,
    /// Runs whose executors' logs date what events dated too late.
    late: VecDeque<beside::LateRun>,
    /// Reads under way.
    beside: beside::Beside,
    status: Status,
    given_up: BTreeSet<TaskKey>,
    /// The last read that was told to the ledger.
    told: Option<Timestamp>,
    /// By how many milliseconds the leader's clock is ahead, as last recorded.
    clock_ahead: i64,
    /// Until then silence proves nothing: events are missing.
    gap_until: Timestamp,
    /// Until then nothing is concluded from the time that has passed: the clock has jumped.
    trusts_clock_from: Option<Instant>,
    /// When the leader was found whose name is not known yet.
    led_since: Option<Timestamp>,
    /// The list of active tasks was read last, rather than something else.
    is_turn_of_list: bool,
    /// Counts the reads that share what is left of the budget.
    turn: u64,
    /// An event told that the list of executors changed.
    executors_changed: bool,
    /// The summary is read next when its turn comes.
    summary_wanted: bool,
    /// When the picture was last renewed.
    shown: Option<Instant>,
    budget: Budget,
    /// This process watches for all replicas.
    records: bool,
    /// What it shows the others then.
    showing: Showing,
    /// What another replica shows, while that one watches.
    seen: Option<Seen>,
}

impl Round {
    /// Nothing is read yet.
    pub fn new(
        config: WatcherConfig,
        client: DroveClient,
        ledger: Ledger,
        clock: Clock,
        picture: watch::Sender<Arc<ClusterPicture>>,
    ) -> Self {
        let verdicts = VerdictSource::default();
        let source = verdicts.clone();
        ledger.set_verdicts(Box::new(move |spec| source.verdict(spec)));
        let budget = Budget::new(config.budget);
        let status = Status::unread(clock.now());
        let window = EventWindow::new(None, overlap(&config));
        Self {
            config,
            client,
            ledger,
            clock,
            picture,
            verdicts,
            window,
            tasks: ActiveTasks::default(),
            listed: None,
            executors: Executors::default(),
            doubts: Doubts::default(),
            unlisted: Unlisted::default(),
            late: VecDeque::new(),
            beside: beside::Beside::default(),
            status,
            given_up: BTreeSet::new(),
            told: None,
            clock_ahead: 0,
            gap_until: Timestamp(0),
            trusts_clock_from: None,
            led_since: None,
            is_turn_of_list: false,
            turn: 0,
            executors_changed: false,
            summary_wanted: false,
            shown: None,
            budget,
            records: true,
            showing: Showing::default(),
            seen: None,
        }
    }

    /// Hints from now on.
    pub fn changes(&self) -> Changes {
        self.client.upstream().changes()
    }

    /// Whether hints are followed at once: reads of the embedded core cost nothing.
    pub fn reads_at_hints(&self) -> bool {
        self.config.embedded
    }

    /// Keeps hints for the next round, and tells what they ask for.
    pub fn note(&mut self, changes: Vec<Change>) -> Noted {
        // A real leader is asked about what no event explains, as long as that may still be so.
        let doubt = if self.config.embedded { Doubt::Touched } else { Doubt::NotListed };
        let mut noted = Noted::Nothing;
        for change in changes {
            let one = match change {
                Change::Touched(key) => {
                    self.doubts.add(key, doubt);
                    Noted::Touched
                }
                Change::AttemptsEnded(key) => {
                    self.given_up.insert(key);
                    Noted::Touched
                }
                Change::Missed => {
                    self.listed = None;
                    Noted::Touched
                }
                Change::Leader(leader) => self.note_leader(leader),
            };
            noted = noted.max(one);
        }
        noted
    }

    fn note_leader(&mut self, leader: Option<String>) -> Noted {
        let now = self.clock.now();
        let is_found = leader.is_some();
        self.status.follow(leader, now);
        if is_found {
            self.led_since = Some(now);
            self.window.leader_changed();
            self.listed = None;
            self.executors_changed = true;
            self.summary_wanted = true;
        } else {
            self.status.failed(ReadKind::Events, &ClusterError::NoLeader, now);
        }
        self.show();
        if is_found { Noted::NewLeader } else { Noted::Nothing }
    }

    /// Takes in what was read on a user's behalf, and shows it.
    pub fn take_details(&mut self, details: Vec<(ExecutorId, Option<ExecutorNodeData>)>) {
        if let Some(seen) = &mut self.seen {
            seen.take(details.into_iter().filter_map(|(id, data)| Some((id, data?))));
        } else {
            for (id, data) in details {
                self.executors.take_detail(&id, data);
            }
        }
        self.show();
    }

    /// One request, once the budget allows it. What was never sent costs nothing of it.
    async fn ask<T>(&mut self, request: impl Future<Output = Result<T, ClusterError>>) -> Result<T, ClusterError> {
        self.budget.spend().await;
        let answer = request.await;
        if answer.as_ref().is_err_and(ClusterError::is_unsent) {
            self.budget.give_back();
        }
        answer
    }

    /// Watches from now on: goes on where this process, or another replica, last was.
    ///
    /// # Errors
    /// When something could not be read; what was read is told and shown.
    pub async fn begin_to_watch(&mut self) -> Result<(), RoundError> {
        let watched = self.ledger.watched(&self.config.world).await?;
        self.records = true;
        self.seen = None;
        self.status.forget_told_leader();
        self.window = EventWindow::new(watched, overlap(&self.config));
        self.told = watched.map(|watched| watched.read);
        if !self.config.embedded && watched.is_some() {
            // Another one may have been elected while nobody watched.
            self.window.leader_changed();
        }
        self.tasks = ActiveTasks::default();
        self.listed = None;
        self.everything().await
    }

    /// Reads everything there is.
    async fn everything(&mut self) -> Result<(), RoundError> {
        // Executors first: whoever is given up gets the matrix of this moment.
        let at_once = if self.config.embedded { usize::MAX } else { 0 };
        let read = async {
            self.read_executors(at_once).await?;
            self.read_list().await?;
            self.read_events().await?;
            self.look_up(at_once).await?;
            self.read_summary().await
        };
        let read = read.await;
        self.finish(read.map(|()| true)).await.map(drop)
    }

    /// Another replica watches: what is read is for the picture only.
    pub fn leave_to_others(&mut self) {
        self.records = false;
        self.doubts = Doubts::default();
        self.unlisted = Unlisted::default();
    }

    /// Reads for the picture only: no other replica shows anything, or the ledger cannot be written.
    pub async fn aside(&mut self) -> Result<(), RoundError> {
        self.records = false;
        self.seen = None;
        self.turn += 1;
        self.take_finished().await?;
        let read = self.read_aside().await;
        self.finish(read.map(|()| false)).await.map(drop)
    }

    /// Reads events, and what hints point at. Whether there was news.
    pub async fn events(&mut self) -> Result<bool, RoundError> {
        let read = async {
            self.take_finished().await?;
            let is_list_old = self.listed.is_none_or(|listed| listed.elapsed() > FRESH_LIST);
            let wants_list = self.config.embedded && !self.given_up.is_empty() && is_list_old;
            let news = self.read_events().await?;
            if wants_list || self.listed.is_none() {
                self.read_list().await?;
            }
            self.give_up().await?;
            if self.config.embedded {
                self.look_up(LOOK_UPS_AT_ONCE).await?;
                if self.executors_changed {
                    self.read_executors(usize::MAX).await?;
                }
            } else if !news {
                self.read_in_a_quiet_moment().await?;
            }
            Ok(news)
        };
        let read = read.await;
        self.finish(read).await
    }

    /// Reads events, and what else is due: of a real cluster the list of active tasks and something else by turns, so that
    /// neither keeps the next events waiting for the budget. Whether there was news.
    pub async fn lists(&mut self) -> Result<bool, RoundError> {
        let read = async {
            self.take_finished().await?;
            let news = self.read_events().await?;
            if self.config.embedded {
                self.read_list().await?;
                self.give_up().await?;
                self.look_up(LOOK_UPS_AT_ONCE).await?;
                self.read_summary().await?;
                self.read_executors(usize::MAX).await?;
                return Ok(news);
            }
            self.is_turn_of_list = !self.is_turn_of_list;
            if self.is_turn_of_list || self.listed.is_none() {
                self.read_list().await?;
            } else {
                self.turn += 1;
                self.read_one_more().await?;
            }
            if !news {
                self.read_in_a_quiet_moment().await?;
            }
            Ok(news)
        };
        let read = read.await;
        self.finish(read).await
    }
}

fn overlap(config: &WatcherConfig) -> Duration {
    if config.embedded { OVERLAP_EMBEDDED } else { OVERLAP }
}
