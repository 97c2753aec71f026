//! What is read, and what each answer tells the ledger.

use super::{Round, RoundError};
use crate::{
    ledger::{LedgerError, Observation, PLACING_TIME, new_leader},
    watcher::{doubts::Doubt, events::WINDOW_SIZE},
};
use model::{EventType, Source, TaskKey, dashboard::Phase};
use tokio::time::Instant;

impl Round {
    /// Tells the ledger, unless another replica does.
    async fn tell(&self, observations: Vec<Observation>) -> Result<(), LedgerError> {
        match self.records {
            true => self.ledger.observe(observations).await,
            false => Ok(()),
        }
    }

    /// One read for the picture, while another replica watches and records.
    pub(super) async fn read_aside(&mut self) -> Result<(), RoundError> {
        let asked = self.clock.now();
        match self.turn % 4 {
            _ if self.executors_changed => self.read_executors(0).await?,
            0 => self.read_summary().await?,
            1 => self.read_list().await?,
            2 if self.turn % 8 == 2 => self.read_executors(0).await?,
            _ => self.read_executor_details(1).await?,
        }
        self.status.answered(asked);
        Ok(())
    }

    /// What events leave of the budget when there are none: for a doubt, or an executor that was never read.
    pub(super) async fn read_in_a_quiet_moment(&mut self) -> Result<(), RoundError> {
        if self.has_doubts() {
            return self.look_up(1).await;
        }
        match self.executors.has_unread() {
            true => self.read_executor_details(1).await,
            false => Ok(()),
        }
    }

    /// With a real leader one further read is left: for a doubt, if there is one, but every other one for executors.
    pub(super) async fn read_one_more(&mut self) -> Result<(), RoundError> {
        match self.turn % 8 {
            turn if turn % 2 == 0 && self.has_doubts() => self.look_up(1).await,
            turn if turn % 2 == 1 && self.summary_wanted => self.read_summary().await,
            _ if self.executors_changed => self.read_executors(0).await,
            3 => self.read_summary().await,
            7 => self.read_executors(0).await,
            _ => self.read_executor_details(1).await,
        }
    }

    pub(super) async fn read_events(&mut self) -> Result<bool, RoundError> {
        let asked = self.clock.now();
        let since = self.window.since();
        let answer = self.ask().await.events_latest(since, WINDOW_SIZE).await?;
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
        // An event does not tell whether a run is that of a CREATE whose answer was lost; its record does, also of one that
        // has ended.
        let doubtful = |key: &&TaskKey| self.ledger.live_run(key).is_some_and(|run| run.is_doubtful);
        let doubtful: Vec<TaskKey> = explained.iter().filter(doubtful).cloned().collect();
        doubtful.into_iter().for_each(|key| self.doubts.add(key, Doubt::Touched));
        if asked >= self.gap_until {
            observations.push(Observation::CaughtUp { at: asked });
        }
        self.tell(observations).await?;
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

    pub(super) async fn read_list(&mut self) -> Result<(), RoundError> {
        let live = self.ledger.live_runs(|_| true);
        let now = self.clock.now();
        let list = self.ask().await.tasks().await?;
        self.listed = Some(Instant::now());
        let news = self.tasks.take(list, &live, now);
        news.missing.into_iter().for_each(|key| self.doubts.add(key, Doubt::NotListed));
        if !news.observations.is_empty() {
            self.tell(news.observations).await?;
        }
        Ok(())
    }

    /// Tells the ledger what will never be reported, once the picture shows the cluster without it.
    pub(super) async fn give_up(&mut self) -> Result<(), RoundError> {
        if self.given_up.is_empty() {
            return Ok(());
        }
        self.renew_verdicts();
        let at = self.clock.now();
        let given_up = std::mem::take(&mut self.given_up);
        self.tell(given_up.into_iter().map(|key| Observation::AttemptsEnded { key, at }).collect()).await?;
        Ok(())
    }

    pub(super) async fn look_up(&mut self, limit: usize) -> Result<(), RoundError> {
        // The outcome of what was sent and not answered is doubtful until it is settled.
        for run in self.ledger.live_runs(|run| run.is_doubtful) {
            self.doubts.add(run.key, Doubt::NotListed);
        }
        let mut observations = Vec::new();
        for key in self.doubts.take(limit, |key| self.ledger.live_run(key).is_some()) {
            let at = self.clock.now();
            let found = match self.ask().await.task(&key).await {
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
            self.tell(observations).await?;
        }
        Ok(())
    }

    pub(super) fn has_doubts(&self) -> bool {
        !self.doubts.is_empty() || self.ledger.count_live(|run| run.is_doubtful) > 0
    }

    pub(super) async fn read_executors(&mut self, details: usize) -> Result<(), RoundError> {
        self.executors_changed = false;
        let list = self.ask().await.executors().await?;
        self.executors.take_list(list);
        self.read_executor_details(details).await
    }

    pub(super) async fn read_executor_details(&mut self, limit: usize) -> Result<(), RoundError> {
        for id in self.executors.oldest(limit) {
            let detail = self.ask().await.executor(&id).await?;
            self.executors.take_detail(&id, detail);
        }
        Ok(())
    }

    pub(super) async fn read_summary(&mut self) -> Result<(), RoundError> {
        let Some(summary) = self.ask().await.cluster().await? else { return Ok(()) };
        self.summary_wanted = false;
        let now = self.clock.now();
        if let Some(leader) = self.status.take_summary(&summary, now) {
            self.tell(vec![Observation::Leader { at: now, leader }]).await?;
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
