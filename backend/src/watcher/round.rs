//! One round of reading: what is read, and what is told to the ledger. What is shown of it stands in [`show`].

mod show;

use super::{
    ClusterPicture, WatcherConfig,
    doubts::{Doubt, Doubts},
    events::{EventWindow, WINDOW_SIZE},
    executors::Executors,
    status::Status,
    tasks::ActiveTasks,
    verdicts::VerdictSource,
};
use crate::{
    clock::Clock,
    drove_client::{ClusterError, DroveClient},
    ledger::{Ledger, Observation, PLACING_TIME, new_leader},
    upstream::{Change, Changes},
};
use model::{EventType, Source, TaskKey, Timestamp, dashboard::Phase};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{sync::watch, time::Instant};

/// Events of one moment may become visible one after the other for so long.
const OVERLAP: Duration = Duration::from_secs(2);
/// The embedded core raises them in order.
const OVERLAP_EMBEDDED: Duration = Duration::from_millis(1);
/// Look-ups in one round, when reads are free.
const LOOK_UPS_AT_ONCE: usize = 64;
/// A list so old does not show the moment in which placing a task was given up.
const FRESH_LIST: Duration = Duration::from_millis(200);

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
    status: Status,
    given_up: BTreeSet<TaskKey>,
    /// Until then silence proves nothing: events are missing.
    gap_until: Timestamp,
    /// Counts the reads that share what is left of the budget.
    turn: u64,
    /// An event told that the list of executors changed.
    executors_changed: bool,
    /// When the picture was last renewed.
    shown: Option<Instant>,
}

impl Round {
    /// Goes on after the event at `since`.
    pub fn new(
        config: WatcherConfig,
        client: DroveClient,
        ledger: Ledger,
        clock: Clock,
        since: Option<Timestamp>,
        picture: watch::Sender<Arc<ClusterPicture>>,
    ) -> Self {
        let verdicts = VerdictSource::default();
        let source = verdicts.clone();
        ledger.set_verdicts(Box::new(move |spec| source.verdict(spec)));
        let overlap = if config.embedded { OVERLAP_EMBEDDED } else { OVERLAP };
        Self {
            config,
            client,
            ledger,
            clock,
            picture,
            verdicts,
            window: EventWindow::new(since, overlap),
            tasks: ActiveTasks::default(),
            listed: None,
            executors: Executors::default(),
            doubts: Doubts::default(),
            status: Status::default(),
            given_up: BTreeSet::new(),
            gap_until: Timestamp(0),
            turn: 0,
            executors_changed: false,
            shown: None,
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

    /// Keeps hints for the next round.
    pub fn note(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Touched(key) => self.doubts.add(key, Doubt::Touched),
                Change::AttemptsEnded(key) => drop(self.given_up.insert(key)),
                Change::Missed => self.listed = None,
            }
        }
    }

    /// Reads everything there is, for the first time.
    pub async fn everything(&mut self) -> Result<(), RoundError> {
        // Executors first: whoever is given up gets the matrix of this moment.
        let read = async {
            self.read_executors(usize::MAX).await?;
            self.read_list().await?;
            self.read_events().await?;
            self.look_up(usize::MAX).await?;
            self.read_summary().await
        };
        let read = read.await;
        self.finish(read.map(|()| true)).await.map(drop)
    }

    /// Reads events, and what hints point at. Whether there was news.
    pub async fn events(&mut self) -> Result<bool, RoundError> {
        let read = async {
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
            }
            Ok(news)
        };
        let read = read.await;
        self.finish(read).await
    }

    /// Reads the list of active tasks and what else is due. Whether there was news.
    pub async fn lists(&mut self) -> Result<bool, RoundError> {
        let read = async {
            let news = self.read_events().await?;
            self.read_list().await?;
            self.give_up().await?;
            self.turn += 1;
            if self.config.embedded {
                self.look_up(LOOK_UPS_AT_ONCE).await?;
                self.read_summary().await?;
                self.read_executors(usize::MAX).await?;
            } else {
                self.read_one_more().await?;
            }
            Ok(news)
        };
        let read = read.await;
        self.finish(read).await
    }

    /// With a real leader one further read is left: for a doubt, if there is one, but every other one for executors.
    async fn read_one_more(&mut self) -> Result<(), RoundError> {
        match self.turn % 8 {
            turn if turn % 2 == 0 && self.has_doubts() => self.look_up(1).await,
            _ if self.executors_changed => self.read_executors(0).await,
            3 => self.read_summary().await,
            7 => self.read_executors(0).await,
            _ => self.read_executor_details(1).await,
        }
    }

    async fn read_events(&mut self) -> Result<bool, RoundError> {
        let asked = self.clock.now();
        let answer = self.client.events_latest(self.window.since(), WINDOW_SIZE).await?;
        let news = self.window.take(answer, self.clock.now());
        self.status.answered(asked);
        if !news.gaps.is_empty() {
            self.gap_until = asked + PLACING_TIME;
            self.listed = None;
            let unreported = self.ledger.live_runs(|run| run.phase == Phase::Placing);
            unreported.into_iter().for_each(|run| self.doubts.add(run.key, Doubt::NotListed));
        }
        let mut observations: Vec<Observation> = news.gaps.into_iter().map(Observation::Gap).collect();
        let is_news = !news.events.is_empty();
        let mut explained = Vec::new();
        for event in news.events {
            self.status.take_event(&event);
            if let Some(leader) = new_leader(&event) {
                observations.push(Observation::Leader { at: event.time, leader: leader.to_owned() });
            }
            self.executors_changed |= changes_executors(&event.kind);
            if let Some((key, _)) = event.task_state_change() {
                explained.push(key);
                observations.push(Observation::Event(event));
            }
        }
        self.doubts.explain(&explained);
        if asked >= self.gap_until {
            observations.push(Observation::CaughtUp { at: asked });
        }
        self.ledger.observe(observations).await?;
        if self.config.embedded {
            // Events tell no allocations; the list would, but only of what still goes on when it is read.
            for key in explained {
                if self.ledger.live_run(&key).is_some_and(|run| !run.has_allocations) {
                    self.doubts.add(key, Doubt::NotListed);
                }
            }
        }
        Ok(is_news)
    }

    async fn read_list(&mut self) -> Result<(), RoundError> {
        let live = self.ledger.live_runs(|_| true);
        let now = self.clock.now();
        let list = self.client.tasks().await?;
        self.listed = Some(Instant::now());
        let news = self.tasks.take(list, &live, now);
        news.missing.into_iter().for_each(|key| self.doubts.add(key, Doubt::NotListed));
        if !news.observations.is_empty() {
            self.ledger.observe(news.observations).await?;
        }
        Ok(())
    }

    /// Tells the ledger what will never be reported, once the picture shows the cluster without it.
    async fn give_up(&mut self) -> Result<(), RoundError> {
        if self.given_up.is_empty() {
            return Ok(());
        }
        self.renew_verdicts();
        let at = self.clock.now();
        let given_up = std::mem::take(&mut self.given_up);
        self.ledger.observe(given_up.into_iter().map(|key| Observation::AttemptsEnded { key, at }).collect()).await?;
        Ok(())
    }

    async fn look_up(&mut self, limit: usize) -> Result<(), RoundError> {
        // The outcome of what was sent and not answered is doubtful until it is settled.
        for run in self.ledger.live_runs(|run| run.phase == Phase::OutcomeUnknown) {
            self.doubts.add(run.key, Doubt::NotListed);
        }
        let mut observations = Vec::new();
        for key in self.doubts.take(limit, |key| self.ledger.live_run(key).is_some()) {
            let at = self.clock.now();
            let found = match self.client.task(&key).await {
                Ok(found) => found,
                Err(error) => {
                    self.doubts.add(key, Doubt::Touched);
                    return Err(error.into());
                }
            };
            match found {
                None => observations.push(Observation::NoRecord { key, at }),
                Some(info) => {
                    let run = self.ledger.live_run(&key);
                    observations.extend(run.and_then(|run| self.tasks.unmanaged(&run, &info, at)));
                    observations.push(Observation::Record { info: Box::new(info), source: Source::Instance });
                }
            }
        }
        if !observations.is_empty() {
            self.ledger.observe(observations).await?;
        }
        Ok(())
    }

    fn has_doubts(&self) -> bool {
        !self.doubts.is_empty() || self.ledger.count_live(|run| run.phase == Phase::OutcomeUnknown) > 0
    }

    async fn read_executors(&mut self, details: usize) -> Result<(), RoundError> {
        self.executors_changed = false;
        self.executors.take_list(self.client.executors().await?);
        self.read_executor_details(details).await
    }

    async fn read_executor_details(&mut self, limit: usize) -> Result<(), RoundError> {
        for id in self.executors.oldest(limit) {
            let detail = self.client.executor(&id).await?;
            self.executors.take_detail(&id, detail);
        }
        Ok(())
    }

    async fn read_summary(&mut self) -> Result<(), RoundError> {
        let Some(summary) = self.client.cluster().await? else { return Ok(()) };
        let now = self.clock.now();
        if let Some(leader) = self.status.take_summary(&summary, now) {
            self.ledger.observe(vec![Observation::Leader { at: now, leader }]).await?;
        }
        Ok(())
    }
}

fn changes_executors(kind: &EventType) -> bool {
    matches!(
        kind,
        EventType::ExecutorAdded
            | EventType::ExecutorRemoved
            | EventType::ExecutorBlacklistRequested
            | EventType::ExecutorBlacklisted
            | EventType::ExecutorUnBlacklisted
    )
}
