//! Runs that Drove lists no longer while no event says why: marked at once, and settled by one answer for each executor.

use super::tasks::ActiveTasks;
use crate::ledger::{LiveRun, Observation};
use model::{ExecutorId, ExecutorNodeData, Source, TaskKey, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Below this number of runs on an executor their own records are read: they say more in as many requests.
const WORTH_ASKING: usize = 2;

/// What is to be marked, and which executors are to be asked.
#[derive(Debug, Default)]
pub struct Unlisted {
    /// Missing in the last list; the next events may explain them.
    missing: BTreeSet<TaskKey>,
    ask: BTreeMap<ExecutorId, Question>,
    /// Asked, with runs that the answer did not settle: a later detail of the executor may.
    asked: BTreeMap<ExecutorId, Question>,
}

/// What an executor is asked for.
#[derive(Debug)]
pub struct Question {
    /// Runs that were listed on it.
    pub keys: BTreeSet<TaskKey>,
    /// When the first of them was missing.
    pub since: Timestamp,
}

/// What an executor's answer settles.
#[derive(Debug, Default)]
pub struct Settled {
    /// Facts.
    pub observations: Vec<Observation>,
    /// Tasks that need no look-up any more.
    pub keys: Vec<TaskKey>,
}

impl Unlisted {
    /// These runs should be in the list and are not.
    pub fn found(&mut self, missing: &BTreeSet<TaskKey>) {
        self.missing.extend(missing.iter().cloned());
    }

    /// Marks those that the events since the list have not explained; `live` gives the run of a key that goes on.
    pub fn mark(
        &mut self,
        tasks: &ActiveTasks,
        live: impl Fn(&TaskKey) -> Option<LiveRun>,
        now: Timestamp,
    ) -> Vec<Observation> {
        let mut marks = Vec::new();
        let mut by_executor: BTreeMap<ExecutorId, BTreeSet<TaskKey>> = BTreeMap::new();
        for key in std::mem::take(&mut self.missing) {
            let Some(run) = live(&key) else { continue };
            let Some(mark) = tasks.mark_missing(&run, now) else { continue };
            marks.push(mark);
            if let Some(executor) = run.executor_id.filter(|_| !run.is_killed) {
                by_executor.entry(executor).or_default().insert(key);
            }
        }
        for (executor, keys) in by_executor {
            let question = self.ask.entry(executor).or_insert(Question { keys: BTreeSet::new(), since: now });
            question.keys.extend(keys);
        }
        self.ask.retain(|_, question| question.keys.len() >= WORTH_ASKING);
        marks
    }

    /// The next executor to ask.
    pub fn next(&mut self) -> Option<(ExecutorId, Question)> {
        self.ask.pop_first()
    }

    /// The question was not answered: it is asked again.
    pub fn put_back(&mut self, executor: ExecutorId, question: Question) {
        self.ask.entry(executor).or_insert(question);
    }

    /// What an earlier answer of an executor has left open.
    pub fn asked(&mut self, executor: &ExecutorId) -> Option<Question> {
        self.asked.remove(executor)
    }

    /// An answer has left these tasks open: the next detail of the executor that is read anyway may settle them.
    pub fn ask_later(&mut self, executor: ExecutorId, keys: BTreeSet<TaskKey>, since: Timestamp) {
        if !keys.is_empty() {
            self.asked.insert(executor, Question { keys, since });
        }
    }

    /// Whether no executor is to be asked.
    pub fn is_empty(&self) -> bool {
        self.ask.is_empty()
    }
}

/// What the answer of an executor, or its absence, says about `runs`, which were on it and are listed no longer.
pub fn settle(
    runs: &[LiveRun],
    detail: Option<&ExecutorNodeData>,
    tasks: &ActiveTasks,
    since: Timestamp,
    now: Timestamp,
) -> Settled {
    let mut settled = Settled::default();
    for run in runs.iter().filter(|run| run.unlisted) {
        let Some(instance_id) = run.instance_id.clone() else { continue };
        let Some(detail) = detail else {
            settled.observations.push(Observation::ExecutorGone { key: run.key.clone(), instance_id, at: now });
            settled.keys.push(run.key.clone());
            continue;
        };
        // Its report may be older than the list. What it does not name has ended, and only the record says how.
        let Some(info) = detail.tasks.iter().find(|task| task.instance_id == instance_id) else { continue };
        let Some(unmanaged) = tasks.unmanaged(run, info, now).filter(|_| detail.updated >= since) else { continue };
        settled.observations.push(unmanaged);
        settled.observations.push(Observation::Record { info: Box::new(info.clone()), source: Source::Instance });
        settled.keys.push(run.key.clone());
    }
    settled
}
