//! Everything that can be read from the core. Nothing here changes it.

use super::{Controller, RunId};
use crate::{
    IN_MAINTENANCE, Options, executor_pool::ExecutorPool, logs::LogKey, runners::Runners, runs::Runs,
    task_table::TaskTable,
};
use model::{
    ClusterSummary, DroveEventsList, DroveEventsSummary, ExecutorId, ExecutorNodeData, ExecutorState, ExecutorSummary,
    TaskInfo, TaskKey, TaskSpec, Timestamp,
};
use serde_json::Value;

impl Controller {
    /// The options in use.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The time up to which this core has lived.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// `GET /tasks/{APP}/instances/{ID}`: a record in any state.
    pub fn task(&self, key: &TaskKey) -> Option<&TaskInfo> {
        self.tasks.get(key)
    }

    /// `GET /tasks`, by key: tasks with a runner in an active state (contract 2.2).
    pub fn active_tasks(&self) -> Vec<&TaskInfo> {
        self.runners.reported().filter_map(|key| self.tasks.get(key)).filter(|info| info.state.is_active()).collect()
    }

    /// `GET /cluster/executors`, from what was last taken over.
    pub fn executors(&self) -> Vec<ExecutorSummary> {
        self.pool.summaries()
    }

    /// `GET /cluster/executors/{id}`, from what was last taken over; a removed executor has no detail.
    pub fn executor(&self, id: &ExecutorId) -> Option<ExecutorNodeData> {
        let data = self.pool.get(self.pool.find(id.as_str())?)?.observed();
        (data.executor_state != ExecutorState::Removed).then(|| data.clone())
    }

    /// `GET /cluster/events/latest`: events after `since`, the newest `size` of them, newest first.
    pub fn events(&self, since: Timestamp, size: usize) -> DroveEventsList {
        self.events.list(since, size)
    }

    /// `GET /cluster/events/summary`.
    pub fn events_summary(&self, since: Timestamp) -> DroveEventsSummary {
        self.events.summary(since)
    }

    /// `GET /cluster`; nothing before the first computation.
    pub fn summary(&self) -> Option<ClusterSummary> {
        self.figures.summary.clone()
    }

    /// `GET /cluster/dashboard`; nothing before the first computation.
    pub fn dashboard(&self) -> Option<Value> {
        self.figures.dashboard.clone()
    }

    /// Entries with which a spec would be refused now, maintenance included; empty = valid.
    pub fn validate(&self, spec: &TaskSpec, now: Timestamp) -> Vec<String> {
        if self.in_maintenance(now) {
            return vec![IN_MAINTENANCE.to_owned()];
        }
        self.engine_entries(spec)
    }

    /// The run that the record of this key tells of.
    pub fn run_number(&self, key: &TaskKey) -> Option<RunId> {
        self.tasks.run(key)
    }

    /// The run that began the log file to which the record of this key leads: on its executor, whichever runs share it.
    pub fn log_number(&self, key: &TaskKey) -> Option<RunId> {
        let run = self.tasks.run(key)?;
        Some(self.logs.get(&self.log_key(key)?).map_or(run, |file| file.first))
    }

    pub(super) fn log_key(&self, key: &TaskKey) -> Option<LogKey> {
        let executor = &self.tasks.get(key)?.executor_id;
        Some((self.pool.find(executor.as_str())?, key.clone()))
    }

    /// `host:port` of the leader.
    pub fn leader(&self) -> String {
        format!("{}:{}", self.leader.0, self.leader.1)
    }

    pub(crate) fn tasks(&self) -> &TaskTable {
        &self.tasks
    }

    pub(crate) fn runners(&self) -> &Runners {
        &self.runners
    }

    pub(crate) fn runs(&self) -> &Runs {
        &self.runs
    }

    pub(crate) fn pool(&self) -> &ExecutorPool {
        &self.pool
    }
}
