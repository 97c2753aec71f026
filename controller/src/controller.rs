//! The core itself: what it is told, what it asks for, what can be read from it.

use crate::{Command, Effect, Output, Reject, Reply, Report, WorldConfig};
use model::{
    ClusterSummary, DroveEventsList, DroveEventsSummary, ExecutorId, ExecutorNodeData, ExecutorSummary, TaskInfo,
    TaskKey, TaskSpec, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Number of a run of a task: counted from 1 over the whole world, and never used again. Names the log directory.
pub type RunId = u64;

/// Drove's controller and its executors.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Controller {
    now: Timestamp,
}

impl Controller {
    /// A new cluster that starts at `now`: 40 s in which operations are refused, first figures after 10 and 30 s.
    pub fn new(_config: &WorldConfig, now: Timestamp) -> Self {
        Self { now }
    }

    /// Takes a command at `now`, after all deadlines up to `now`.
    pub fn handle_command(&mut self, _command: Command, now: Timestamp) -> Result<Reply, Reject> {
        self.handle_timeout(now);
        Err(Reject::in_maintenance())
    }

    /// Takes a fact from the runtime at `now`.
    pub fn handle_report(&mut self, _report: Report, now: Timestamp) {
        self.handle_timeout(now);
    }

    /// Fires all deadlines up to `now`, each at its own time.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// The next deadline.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        None
    }

    /// The next effect for the runtime.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        None
    }

    /// The next thing for the driver.
    pub fn poll_event(&mut self) -> Option<Output> {
        None
    }

    /// The process was not there until `now`: shifts all deadlines and last-report times by the gap, and takes over
    /// the executors' figures at once, so that the next take-over is 10 s away (design section 3).
    pub fn resume(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// The time up to which this core has lived.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// `GET /tasks/{APP}/instances/{ID}`.
    pub fn task(&self, _key: &TaskKey) -> Option<&TaskInfo> {
        None
    }

    /// `GET /tasks`, by key.
    pub fn active_tasks(&self) -> Vec<&TaskInfo> {
        Vec::new()
    }

    /// `GET /cluster/executors`, from the published snapshots.
    pub fn executors(&self) -> Vec<ExecutorSummary> {
        Vec::new()
    }

    /// `GET /cluster/executors/{id}`; removed ones have no detail.
    pub fn executor(&self, _id: &ExecutorId) -> Option<ExecutorNodeData> {
        None
    }

    /// `GET /cluster/events/latest`: events after `since`, the newest `size` of them, newest first.
    pub fn events(&self, since: Timestamp, _size: usize) -> DroveEventsList {
        DroveEventsList { events: Vec::new(), last_sync_time: since }
    }

    /// `GET /cluster/events/summary`.
    pub fn events_summary(&self, since: Timestamp) -> DroveEventsSummary {
        DroveEventsSummary { last_sync_time: since, ..DroveEventsSummary::default() }
    }

    /// `GET /cluster`; nothing before the first computation.
    pub fn summary(&self) -> Option<ClusterSummary> {
        None
    }

    /// `GET /cluster/dashboard`; nothing before the first computation.
    pub fn dashboard(&self) -> Option<Value> {
        None
    }

    /// Entries with which a spec would be refused now, maintenance included; empty = valid.
    pub fn validate(&self, _spec: &TaskSpec, _now: Timestamp) -> Vec<String> {
        Vec::new()
    }

    /// Operations are refused at `now`.
    pub fn in_maintenance(&self, _now: Timestamp) -> bool {
        false
    }

    /// The run whose log belongs to the record of this key.
    pub fn run_number(&self, _key: &TaskKey) -> Option<RunId> {
        None
    }
}
