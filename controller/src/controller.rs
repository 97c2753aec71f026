//! The core itself: what it is told, what it asks for. What can be read from it is in `reads`.

mod blacklisting;
mod create;
mod executors;
mod kill;
mod leader;
mod reads;
mod silence;
mod upkeep;

use crate::{
    Command, Effect, Options, Output, Reject, Reply, Report, Ticket, WorldConfig,
    event_store::{EventStore, Subject},
    executor_pool::ExecutorPool,
    figures::Figures,
    logs::Logs,
    runners::Runners,
    runs::Runs,
    task_table::TaskTable,
    timers::Timers,
};
use blacklisting::Blacklisting;
use model::{ClusterState, ClusterStateData, EventType, TaskKey, Timestamp};
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, time::Duration};

/// Number of a run of a task: counted from 1 over the whole world, and never used again. That of the run which
/// began a log file names its directory.
pub type RunId = u64;

const RUNNER_CHECK: Duration = Duration::from_secs(5);
const TAKE_OVER: Duration = Duration::from_secs(10);
const SUMMARY: Duration = Duration::from_secs(30);
const FORGET_EVENTS: Duration = Duration::from_secs(60);

/// Drove's controller and its executors.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Controller {
    now: Timestamp,
    seed: u64,
    options: Options,
    /// Machine name and port of the leader.
    leader: (String, u16),
    timers: Timers<Deadline>,
    tasks: TaskTable,
    runners: Runners,
    runs: Runs,
    #[serde(default)]
    logs: Logs,
    pool: ExecutorPool,
    events: EventStore,
    state: ClusterStateData,
    blacklisting: Option<Blacklisting>,
    tickets: u64,
    figures: Figures,
    /// How often executors' figures were taken over; executors publish at every second time.
    take_overs: u64,
    /// Which series of take-overs counts; resuming begins a new one.
    take_over_clock: u64,
    /// Which series of purges counts; other options begin a new one.
    purge_clock: u64,
    effects: VecDeque<Effect>,
    outputs: VecDeque<Output>,
}

/// What may become due.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Deadline {
    /// Try once more to place a task.
    Attempt { key: TaskKey, nth: u32 },
    /// The executor receives START_TASK.
    Deliver { key: TaskKey, nth: u32 },
    /// All attempts failed: forget the task.
    GiveUp { key: TaskKey, nth: u32 },
    /// The leader loses its hold on a task (contract 5.5, 5.6).
    DropRunner { key: TaskKey, nth: u32 },
    /// A kill took too long.
    KillOver { key: TaskKey, nth: u32 },
    /// Look at all runners.
    CheckRunners,
    /// Take over what executors published; deadlines of an earlier clock are void.
    TakeOver { clock: u64 },
    /// Compute summary and dashboard.
    Summarise,
    /// Purge old records; deadlines of an earlier clock are void.
    Purge { clock: u64 },
    /// Forget old events.
    ForgetEvents,
    /// Answer a blacklist or unblacklist call.
    AnswerBlacklisting { ticket: Ticket },
    /// An executor has no work left to move: it is blacklisted.
    Blacklisted { node: usize },
    /// A silent executor is given up.
    DropExecutor { node: usize, since: Timestamp },
}

impl Controller {
    /// A new cluster that starts at `now`: 40 s in which operations are refused, first summary after 30 s.
    pub fn new(config: &WorldConfig, now: Timestamp) -> Self {
        let leader = config.controllers.first().map(|node| (node.hostname.clone(), node.port)).unwrap_or_default();
        let mut core = Self {
            now,
            seed: config.seed,
            options: config.options.clone(),
            leader,
            timers: Timers::default(),
            tasks: TaskTable::default(),
            runners: Runners::default(),
            runs: Runs::default(),
            logs: Logs::default(),
            pool: ExecutorPool::new(&config.executors, now),
            events: EventStore::default(),
            state: ClusterStateData { state: ClusterState::Normal, updated: now },
            blacklisting: None,
            tickets: 0,
            figures: Figures::default(),
            take_overs: 0,
            take_over_clock: 0,
            purge_clock: 0,
            effects: VecDeque::new(),
            outputs: VecDeque::new(),
        };
        for node in 0..core.pool.len() {
            core.raise_for_executor(EventType::ExecutorAdded, node);
        }
        core.timers.set(now + TAKE_OVER, Deadline::TakeOver { clock: 0 });
        core.timers.set(now + RUNNER_CHECK, Deadline::CheckRunners);
        core.timers.set(now + SUMMARY, Deadline::Summarise);
        core.timers.set(now + FORGET_EVENTS, Deadline::ForgetEvents);
        core.timers.set(now + core.options.stale_check_interval.to_std(), Deadline::Purge { clock: 0 });
        core
    }

    /// Takes a command at `now`, after all deadlines up to `now`.
    pub fn handle_command(&mut self, command: Command, now: Timestamp) -> Result<Reply, Reject> {
        self.handle_timeout(now);
        match command {
            Command::Create { spec, op } => self.create(spec, &op),
            Command::Kill { key, op } => self.kill(&key, &op),
            Command::Delete { key } => {
                self.delete(&key);
                Ok(Reply::Deleted)
            }
            Command::Blacklist { ids } => self.blacklist(ids),
            Command::Unblacklist { ids } => self.unblacklist(ids),
            Command::SetMaintenance => Ok(self.set_state(ClusterState::Maintenance, EventType::MaintenanceModeSet)),
            Command::UnsetMaintenance => Ok(self.set_state(ClusterState::Normal, EventType::MaintenanceModeRemoved)),
            Command::SetOptions { options } => {
                self.set_options(options);
                Ok(Reply::Done)
            }
            Command::SilenceExecutor { id } => self.silence(&id),
            Command::RestoreExecutor { id } => self.restore(&id),
        }
    }

    /// Takes a fact from the runtime at `now`. Facts that mean nothing any more are ignored.
    pub fn handle_report(&mut self, report: Report, now: Timestamp) {
        self.handle_timeout(now);
        self.observe(report);
    }

    /// Fires all deadlines up to `now`, each at its own time.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        while let Some((at, deadline)) = self.timers.take_due(now) {
            self.now = self.now.max(at);
            self.fire(deadline);
        }
        self.now = self.now.max(now);
    }

    /// The next deadline.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.timers.next()
    }

    /// The next effect for the runtime.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// The next thing for the driver.
    pub fn poll_event(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn fire(&mut self, deadline: Deadline) {
        match deadline {
            Deadline::Attempt { key, nth } => self.attempt(&key, nth),
            Deadline::Deliver { key, nth } => self.deliver(&key, nth),
            Deadline::GiveUp { key, nth } => self.give_up(&key, nth),
            Deadline::DropRunner { key, nth } => self.drop_runner(&key, nth),
            Deadline::KillOver { key, nth } => self.kill_over(&key, nth),
            Deadline::CheckRunners => self.check_runners(),
            Deadline::TakeOver { clock } => self.take_over(clock),
            Deadline::Summarise => self.summarise(),
            Deadline::Purge { clock } => self.purge(clock),
            Deadline::ForgetEvents => self.forget_events(),
            Deadline::AnswerBlacklisting { ticket } => self.answer_blacklisting(ticket),
            Deadline::Blacklisted { node } => self.blacklisted(node),
            Deadline::DropExecutor { node, since } => self.drop_executor(node, since),
        }
    }

    fn raise_for_executor(&mut self, kind: EventType, node: usize) {
        let Some(node) = self.pool.get(node) else { return };
        let subject = Subject::Executor {
            address: (kind != EventType::ExecutorRemoved).then(|| node.address()),
            kind,
            id: node.id().clone(),
        };
        self.events.raise(self.seed, self.now, subject);
    }

    fn touch(&mut self, key: &TaskKey) {
        self.outputs.push_back(Output::Touched(key.clone()));
    }
}
