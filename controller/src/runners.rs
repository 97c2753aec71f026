//! Runners and their jobs: one runner for each task the leader looks after, one operation at a time (contract 5.5, 5.6).
//! Operations cannot be cancelled, but for a CREATE that has no record yet, which a KILL ends.

use crate::{executor_pool::Allocation, pairs};
use model::{InstanceId, TaskKey, TaskSpec};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Looks after one task until it ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Runner {
    /// How many CREATEs of the key were accepted, the one behind this runner included.
    pub(crate) nth: u32,
    /// The task is being placed and has no record.
    pub(crate) create: Option<CreateJob>,
    /// The task is to be killed.
    pub(crate) kill: Option<KillJob>,
}

/// Attempts to place a task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CreateJob {
    /// What to run.
    pub(crate) spec: Box<TaskSpec>,
    /// The same in every attempt.
    pub(crate) instance_id: InstanceId,
    /// Attempts made.
    pub(crate) attempts: u32,
    /// How long the first report may take: the longer of the operation's and the pull's timeout.
    pub(crate) wait: Duration,
    /// Where it goes, from the decision until the executor's answer.
    pub(crate) placed: Option<Placed>,
}

/// A decision of the scheduler, softly locked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Placed {
    /// Index of the executor.
    pub(crate) node: usize,
    /// What is locked there.
    pub(crate) allocation: Allocation,
}

/// A kill that was accepted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KillJob {
    /// How long it may take once the task runs.
    pub(crate) timeout: Duration,
    /// The task was seen running, and the executor was told.
    pub(crate) sent: bool,
}

/// All runners.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Runners {
    #[serde(with = "pairs")]
    runners: BTreeMap<TaskKey, Runner>,
    /// Runners whose task was reported: those that the regular check looks at.
    reported: BTreeSet<TaskKey>,
    /// How many CREATEs of each key were ever accepted.
    #[serde(with = "pairs")]
    accepted: BTreeMap<TaskKey, u32>,
}

impl Runners {
    /// The runner of a task.
    pub(crate) fn get(&self, key: &TaskKey) -> Option<&Runner> {
        self.runners.get(key)
    }

    /// The runner of a task, to be changed.
    pub(crate) fn get_mut(&mut self, key: &TaskKey) -> Option<&mut Runner> {
        self.runners.get_mut(key)
    }

    /// The CREATE job of this very runner.
    pub(crate) fn create_job(&mut self, key: &TaskKey, nth: u32) -> Option<&mut CreateJob> {
        self.runners.get_mut(key).filter(|runner| runner.nth == nth)?.create.as_mut()
    }

    /// Counts one more accepted CREATE of `key`.
    pub(crate) fn count(&mut self, key: &TaskKey) -> u32 {
        let accepted = self.accepted.entry(key.clone()).or_default();
        *accepted += 1;
        *accepted
    }

    /// Starts looking after a task that is being placed.
    pub(crate) fn start(&mut self, key: TaskKey, nth: u32, job: CreateJob) {
        self.runners.insert(key, Runner { nth, create: Some(job), kill: None });
    }

    /// The executor took the task: placing is over.
    pub(crate) fn placed(&mut self, key: &TaskKey) -> Option<CreateJob> {
        let job = self.runners.get_mut(key)?.create.take()?;
        self.reported.insert(key.clone());
        Some(job)
    }

    /// Starts looking after a task that runs without a runner, in order to kill it.
    pub(crate) fn adopt(&mut self, key: TaskKey, kill: KillJob) {
        let nth = self.accepted.get(&key).copied().unwrap_or_default();
        self.reported.insert(key.clone());
        self.runners.insert(key, Runner { nth, create: None, kill: Some(kill) });
    }

    /// Stops looking after a task.
    pub(crate) fn remove(&mut self, key: &TaskKey) -> Option<Runner> {
        self.reported.remove(key);
        self.runners.remove(key)
    }

    /// Tasks with a runner that were reported, by key.
    pub(crate) fn reported(&self) -> impl Iterator<Item = &TaskKey> {
        self.reported.iter()
    }

    /// All runners, by key.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&TaskKey, &Runner)> {
        self.runners.iter()
    }
}
