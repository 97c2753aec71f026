//! What is read, and what each answer tells the ledger.

use super::{
    Round, RoundError,
    beside::{LateRun, Read},
};
use crate::{
    ledger::{LedgerError, Observation, PLACING_TIME},
    watcher::{doubts::Doubt, events::WINDOW_SIZE, status::ReadKind},
};
use model::{
    DroveEvent, EventType, ExecutorNodeData, Outcome, TaskKey, TaskState, Timestamp,
    dashboard::{HistoryQuery, Phase, SortKey, Tab},
};
use std::time::Duration;
use tokio::time::Instant;

/// Of the tasks that were lost, and of those that ended, so many are looked up again after a gap, if that was so lately.
const ENDED_AT_MOST: u32 = 50;
const ENDED_LATELY: Duration = Duration::from_secs(600);
const LOST_LATELY: Duration = Duration::from_secs(24 * 3600);
/// An event of a state that is entered at once is late after so long.
const LATE: Duration = Duration::from_secs(1);
/// Logs that wait to be read, at most.
const MOST_LATE: usize = 1_000;
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

    pub(super) async fn tell_all(&self, observations: Vec<Observation>) -> Result<(), RoundError> {
        match observations.is_empty() {
            true => Ok(()),
            false => Ok(self.tell(observations).await?),
        }
    }

    /// Reads for the picture while nothing is recorded: the executors, and something else by turns.
    pub(super) async fn read_aside(&mut self) -> Result<(), RoundError> {
        self.read_executors(if self.config.embedded { usize::MAX } else { 0 }).await?;
        match self.turn % 4 {
            0 => self.read_summary().await?,
            1 => self.read_list().await?,
            _ => self.read_executor_details(1).await?,
        }
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
        if self.clock.paused().is_none() && !self.config.embedded && self.clock.has_jumped() {
            tracing::warn!("the clock has jumped: for a while nothing is concluded from the time that has passed");
            self.trusts_clock_from = Some(Instant::now() + PLACING_TIME);
        }
        let since = self.window.since();
        let client = self.client.clone();
        let answer = self.ask(client.events_latest(since, WINDOW_SIZE)).await;
        let answer = answer.inspect_err(|error| self.status.failed(ReadKind::Events, error, self.clock.now()))?;
        let leaders_clock = client.upstream().clock();
        let news = self.window.take(answer, asked, leaders_clock.at(asked), self.clock.now());
        let ahead = leaders_clock.ahead_ms().unwrap_or(0);
        if ahead != self.clock_ahead {
            self.window.leader_clock_moved();
            // Recorded before the events that depend on it.
            let behind = Duration::from_millis(u64::try_from(ahead.saturating_neg()).unwrap_or(0));
            if let Err(error) = self.tell(vec![Observation::ClockBehind(behind)]).await {
                tracing::debug!(%error, "the error of the leader's clock is recorded later");
            }
            self.clock_ahead = ahead;
        }
        self.status.answered(ReadKind::Events, asked);
        if !news.gaps.is_empty() {
            self.gap_until = asked + PLACING_TIME;
            self.listed = None;
            self.doubt_what_a_gap_may_hide().await?;
        }
        // How far this has come is told now and then; and with a gap, which must not be found again.
        let is_due =
            !news.gaps.is_empty() || self.told.is_none_or(|told| asked < told || asked.since(told) >= TOLD_EVERY);
        let mut observations: Vec<Observation> = news.gaps.into_iter().map(Observation::Gap).collect();
        let is_news = !news.events.is_empty();
        let (mut explained, mut ended) = (Vec::new(), Vec::new());
        for event in news.events {
            self.status.take_event(&event, ahead);
            self.executors_changed |= changes_executors(&event.kind);
            if let Some((key, _)) = event.task_state_change() {
                if event.text("CURRENT_STATE").is_some_and(|state| TaskState::from_wire(state).is_terminal()) {
                    ended.push(key.clone());
                }
                if let Some(late) = self.late_run(&event, &key, asked) {
                    self.late.push_back(late);
                }
                explained.push(key);
                observations.push(Observation::Event(event));
            }
        }
        self.doubts.explain(&explained);
        // Events tell no allocations and no settings: what ended before a list showed it is read once.
        ended.retain(|key| !self.ledger.live_run(key).is_some_and(|run| run.has_allocations));
        // A clock that was ahead may have been set back.
        self.gap_until = self.gap_until.min(asked + PLACING_TIME);
        if asked >= self.gap_until && self.trusts_clock() {
            observations.push(Observation::CaughtUp { at: asked, but_for: self.doubts.hidden() });
        }
        if is_due {
            observations.extend(self.window.watched().map(Observation::Watched));
            self.told = Some(asked);
        }
        self.tell(observations).await?;
        if self.config.embedded {
            // The list would tell allocations, but only of what still goes on when it is read.
            for key in explained {
                if self.ledger.live_run(&key).is_some_and(|run| !run.has_allocations) {
                    self.doubts.add(key, Doubt::NotListed);
                }
            }
        } else {
            ended.into_iter().for_each(|key| self.doubts.add(key, Doubt::Record));
            let marks = self.unlisted.mark(&self.tasks, |key| self.ledger.live_run(key), asked);
            self.tell_all(marks).await?;
        }
        Ok(is_news)
    }

    /// Whether enough real time has passed since the clock last jumped.
    pub(super) fn trusts_clock(&self) -> bool {
        self.trusts_clock_from.is_none_or(|from| Instant::now() >= from)
    }

    pub(super) async fn read_list(&mut self) -> Result<(), RoundError> {
        let live = self.ledger.live_runs(|_| true);
        self.read_beside(Read::Tasks(live)).await
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
        if let Some((id, question)) = self.unlisted.next().filter(|_| limit > 0) {
            return self.read_beside(Read::Executor(id, Some(question))).await;
        }
        // The outcome of what was sent and not answered is doubtful until it is settled: no event does that.
        self.ledger.doubtful().into_iter().for_each(|key| self.doubts.add(key, Doubt::Touched));
        if self.doubts.is_empty()
            && let Some(late) = self.late.pop_front()
        {
            return self.read_beside(Read::Log(late)).await;
        }
        let mut open = self.doubts.take(limit, |key| self.ledger.live_run(key).is_some()).into_iter();
        let mut failed = None;
        while failed.is_none()
            && let Some((key, doubt)) = open.next()
        {
            failed = self.read(Read::Task(key, doubt)).await.err();
        }
        open.for_each(|(key, doubt)| self.doubts.add(key, doubt));
        self.tell_taken().await?;
        match failed {
            Some(error) if self.config.embedded => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// A run whose states the leader dates later than they were, as far as an event shows that.
    fn late_run(&self, event: &DroveEvent, key: &TaskKey, asked: Timestamp) -> Option<LateRun> {
        let created = event.number("CREATED").map(Timestamp)?;
        let state = TaskState::from_wire(event.text("CURRENT_STATE")?);
        // The executor enters PROVISIONING the moment it takes the run.
        let is_late = (state == TaskState::Provisioning && event.time.since(created) >= LATE)
            || (state == TaskState::Running && asked < self.gap_until);
        let is_wanted = is_late && !self.config.embedded && self.late.len() < MOST_LATE;
        let instance_id = event.text("INSTANCE_ID")?.into();
        is_wanted.then(|| LateRun { key: key.clone(), instance_id, created })
    }

    /// Events are missing: they may have told of what was accepted and not reported, and of what was lost and came back.
    async fn doubt_what_a_gap_may_hide(&mut self) -> Result<(), LedgerError> {
        let unreported = self.ledger.live_runs(|run| run.phase == Phase::Placing);
        unreported.into_iter().for_each(|run| self.doubts.add(run.key, Doubt::Hidden));
        let ended =
            HistoryQuery { tab: Tab::Finished, sort: SortKey::Ended, size: ENDED_AT_MOST, ..HistoryQuery::default() };
        let lost = HistoryQuery { outcomes: vec![Outcome::Lost], ..ended.clone() };
        // A lost run may have come back; a leader that was paused rewrites the records of runs that ended meanwhile.
        for (query, within, doubt) in [(lost, LOST_LATELY, Doubt::Touched), (ended, ENDED_LATELY, Doubt::Record)] {
            let lately = self.clock.now() - within;
            let rows = self.ledger.page(&query).await?.rows.into_iter();
            let rows = rows.filter(|row| row.ended > Some(lately) && row.instance_id.is_some());
            rows.for_each(|row| self.doubts.add(row.key, doubt));
        }
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
        !self.doubts.is_empty()
            || !self.unlisted.is_empty()
            || !self.late.is_empty()
            || !self.ledger.doubtful().is_empty()
    }

    pub(super) async fn read_executors(&mut self, details: usize) -> Result<(), RoundError> {
        self.executors_changed = false;
        self.read_beside(Read::Executors).await?;
        self.read_executor_details(details).await
    }

    pub(super) async fn read_executor_details(&mut self, limit: usize) -> Result<(), RoundError> {
        for id in self.executors.oldest(limit) {
            self.executors.ask(&id);
            self.read_beside(Read::Executor(id, None)).await?;
        }
        Ok(())
    }

    pub(super) async fn read_summary(&mut self) -> Result<(), RoundError> {
        self.read_beside(Read::Summary).await
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
