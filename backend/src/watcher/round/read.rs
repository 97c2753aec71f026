//! What is read, and what each answer tells the ledger.

use super::{Round, RoundError};
use crate::{
    drove_client::ClusterError,
    ledger::{LedgerError, Observation, PLACING_TIME},
    watcher::{doubts::Doubt, events::WINDOW_SIZE},
};
use model::{
    EventType, ExecutorNodeData, Outcome, Source,
    dashboard::{HistoryQuery, Phase, SortKey, Tab},
};
use std::time::Duration;
use tokio::time::Instant;

/// Of the tasks that were lost, so many are looked up again after a gap, if that was so lately.
const LOST_AT_MOST: u32 = 50;
const LOST_LATELY: Duration = Duration::from_secs(24 * 3600);
/// How far the watcher has come is written so often.
const TOLD_EVERY: Duration = Duration::from_secs(10);

impl Round {
    /// Tells the ledger how far this has come, before it ends.
    pub async fn tell_the_last(&self) {
        let watched = self.window.watched().map(Observation::Watched);
        if let Err(error) = self.tell(watched.into_iter().collect()).await {
            tracing::warn!(%error, "how far the cluster was watched could not be recorded");
        }
    }

    /// Tells the ledger, unless another replica does.
    async fn tell(&self, observations: Vec<Observation>) -> Result<(), LedgerError> {
        match self.records {
            true => self.ledger.try_observe(observations).await,
            false => Ok(()),
        }
    }

    /// Reads for the picture while nothing is recorded: the executors, and something else by turns.
    pub(super) async fn read_aside(&mut self) -> Result<(), RoundError> {
        let asked = self.clock.now();
        self.read_executors(if self.config.embedded { usize::MAX } else { 0 }).await?;
        match self.turn % 4 {
            0 => self.read_summary().await?,
            1 => self.read_list().await?,
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
        let is_unread = self.executors.unread().next().is_some();
        match is_unread {
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
        let client = self.client.clone();
        let answer = self.ask(client.events_latest(since, WINDOW_SIZE)).await?;
        let news = self.window.take(answer, asked, self.clock.now());
        self.status.answered(asked);
        if !news.gaps.is_empty() {
            self.gap_until = asked + PLACING_TIME;
            self.listed = None;
            self.doubt_what_a_gap_may_hide().await?;
        }
        // How far this has come is told now and then; and with a gap, which must not be found again.
        let is_due = !news.gaps.is_empty() || self.told.is_none_or(|told| asked.since(told) >= TOLD_EVERY);
        let mut observations: Vec<Observation> = news.gaps.into_iter().map(Observation::Gap).collect();
        let is_news = !news.events.is_empty();
        let mut explained = Vec::new();
        for event in news.events {
            self.status.take_event(&event);
            self.executors_changed |= changes_executors(&event.kind);
            if let Some((key, _)) = event.task_state_change() {
                explained.push(key);
                observations.push(Observation::Event(event));
            }
        }
        self.doubts.explain(&explained);
        if asked >= self.gap_until {
            observations.push(Observation::CaughtUp { at: asked, but_for: self.doubts.hidden() });
        }
        if is_due {
            observations.extend(self.window.watched().map(Observation::Watched));
            self.told = Some(asked);
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
        let client = self.client.clone();
        let list = self.ask(client.tasks()).await?;
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
        // The outcome of what was sent and not answered is doubtful until it is settled: no event does that.
        self.ledger.doubtful().into_iter().for_each(|key| self.doubts.add(key, Doubt::Touched));
        let client = self.client.clone();
        let mut observations = Vec::new();
        for (key, doubt) in self.doubts.take(limit, |key| self.ledger.live_run(key).is_some()) {
            let at = self.clock.now();
            let found = match self.ask(client.task(&key)).await {
                Ok(found) => found,
                Err(error @ ClusterError::BadReply { status: 200, .. }) => {
                    // One record that cannot be read must not keep all others from being read.
                    tracing::warn!(%error, %key, "a task could not be looked up");
                    continue;
                }
                Err(error) => {
                    self.doubts.add(key, doubt);
                    return Err(error.into());
                }
            };
            match found {
                None => observations.push(Observation::NoRecord { key, at }),
                Some(info) => {
                    let run = self.ledger.live_run(&key);
                    if run.as_ref().is_some_and(|run| run.instance_id.is_none()) {
                        observations.push(Observation::Holds { key, instance_id: info.instance_id.clone(), at });
                    }
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

    /// Events are missing: they may have told of what was accepted and not reported, and of what was lost and came back.
    async fn doubt_what_a_gap_may_hide(&mut self) -> Result<(), LedgerError> {
        let unreported = self.ledger.live_runs(|run| run.phase == Phase::Placing);
        unreported.into_iter().for_each(|run| self.doubts.add(run.key, Doubt::Hidden));
        let lost = HistoryQuery {
            tab: Tab::Finished,
            outcomes: vec![Outcome::Lost],
            sort: SortKey::Ended,
            size: LOST_AT_MOST,
            ..HistoryQuery::default()
        };
        let lately = self.clock.now() - LOST_LATELY;
        let lost = self.ledger.page(&lost).await?.rows.into_iter().filter(|row| row.ended > Some(lately));
        lost.for_each(|row| self.doubts.add(row.key, Doubt::Touched));
        Ok(())
    }

    /// A task that an executor has and the ledger does not know to go on may be an orphan, which is in no list and of which
    /// no event tells (contract 12, number 6).
    pub(super) fn doubt_tasks_of(&mut self, detail: Option<&ExecutorNodeData>) {
        for task in detail.into_iter().flat_map(|detail| &detail.tasks) {
            let goes_on = self.ledger.live_run(&task.key()).and_then(|run| run.instance_id);
            let is_explained = task.state.is_terminal()
                || goes_on.as_ref() == Some(&task.instance_id)
                || self.ledger.has_stopped(&task.instance_id);
            if !is_explained {
                self.doubts.add(task.key(), Doubt::Touched);
            }
        }
    }

    pub(super) fn has_doubts(&self) -> bool {
        !self.doubts.is_empty() || !self.ledger.doubtful().is_empty()
    }

    pub(super) async fn read_executors(&mut self, details: usize) -> Result<(), RoundError> {
        self.executors_changed = false;
        let client = self.client.clone();
        let list = self.ask(client.executors()).await?;
        self.executors.take_list(list);
        self.read_executor_details(details).await
    }

    pub(super) async fn read_executor_details(&mut self, limit: usize) -> Result<(), RoundError> {
        let client = self.client.clone();
        for id in self.executors.oldest(limit) {
            let detail = match self.ask(client.executor(&id)).await {
                Err(error @ ClusterError::BadReply { status: 200, .. }) => {
                    tracing::warn!(%error, %id, "an executor's detail could not be read");
                    None
                }
                detail => detail?,
            };
            if self.records && !self.config.embedded {
                self.doubt_tasks_of(detail.as_ref());
            }
            self.executors.take_detail(&id, detail);
        }
        Ok(())
    }

    pub(super) async fn read_summary(&mut self) -> Result<(), RoundError> {
        let client = self.client.clone();
        let Some(summary) = self.ask(client.cluster()).await? else { return Ok(()) };
        self.summary_wanted = false;
        let now = self.clock.now();
        // Events name leaders, too, but by their hosts only, and one in four (contract 2.8).
        if let Some(leader) = self.status.take_summary(&summary, now) {
            let at = self.led_since.take().unwrap_or(now);
            self.tell(vec![Observation::Leader { at, leader }]).await?;
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
