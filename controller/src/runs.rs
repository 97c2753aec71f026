//! What the executors have in memory: the runs that have not ended (contract 5.3).

use crate::{RunId, executor_pool::Allocation, lifecycle::Tracked, pairs};
use model::TaskKey;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// One run on its executor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    /// Its record as the executor has it.
    pub(crate) tracked: Tracked,
    /// Index of the executor.
    pub(crate) node: usize,
    /// What it holds there.
    pub(crate) allocation: Allocation,
    /// A stop was taken; a container is killed once.
    pub(crate) stopping: bool,
    /// The earlier run whose log file it goes on in; none if it began one.
    #[serde(default)]
    pub(crate) log_of: Option<RunId>,
    /// Bytes of that file.
    pub(crate) log_length: u64,
    /// Name of the image, once pulled.
    pub(crate) image_id: String,
    /// Name of the container, once it runs.
    pub(crate) container_id: String,
}

/// All runs that have not ended.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Runs {
    #[serde(with = "pairs")]
    runs: BTreeMap<RunId, Run>,
    #[serde(with = "pairs")]
    by_key: BTreeMap<TaskKey, RunId>,
    numbered: RunId,
}

impl Runs {
    /// A number that no run has.
    pub(crate) fn number(&mut self) -> RunId {
        self.numbered += 1;
        self.numbered
    }

    /// Adds a run.
    pub(crate) fn insert(&mut self, run: RunId, state: Run) {
        self.by_key.insert(state.tracked.info().key(), run);
        self.runs.insert(run, state);
    }

    /// A run.
    pub(crate) fn get(&self, run: RunId) -> Option<&Run> {
        self.runs.get(&run)
    }

    /// A run, to be changed.
    pub(crate) fn get_mut(&mut self, run: RunId) -> Option<&mut Run> {
        self.runs.get_mut(&run)
    }

    /// The run of a task that has not ended.
    pub(crate) fn of(&self, key: &TaskKey) -> Option<RunId> {
        self.by_key.get(key).copied()
    }

    /// Forgets a run that ended.
    pub(crate) fn remove(&mut self, run: RunId) -> Option<Run> {
        let state = self.runs.remove(&run)?;
        self.by_key.remove(&state.tracked.info().key());
        Some(state)
    }

    /// All of them, by number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (RunId, &Run)> {
        self.runs.iter().map(|(run, state)| (*run, state))
    }

    /// All of them, by number, to be changed.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (RunId, &mut Run)> {
        self.runs.iter_mut().map(|(run, state)| (*run, state))
    }

    /// Counts silence from a later time: the whole process was away for `gap`.
    pub(crate) fn shift(&mut self, gap: Duration) {
        for state in self.runs.values_mut() {
            state.tracked.shift(gap);
        }
    }
}
