//! All executors: those that changed are sent whole.

use model::{ExecutorId, dashboard::ExecutorLive};
use std::collections::{BTreeMap, BTreeSet};

/// The executors with all readers.
#[derive(Debug, Default)]
pub(super) struct ExecutorsView {
    order: Vec<ExecutorId>,
    shown: BTreeMap<ExecutorId, ExecutorLive>,
    waiting: BTreeSet<ExecutorId>,
    lost: bool,
}

impl ExecutorsView {
    /// The watcher saw this.
    pub fn take(&mut self, executors: &[ExecutorLive]) {
        for executor in executors {
            let id = &executor.summary.executor_id;
            if self.shown.get(id) != Some(executor) {
                self.shown.insert(id.clone(), executor.clone());
                self.waiting.insert(id.clone());
            }
        }
        self.order = executors.iter().map(|executor| executor.summary.executor_id.clone()).collect();
        let listed: BTreeSet<&ExecutorId> = self.order.iter().collect();
        let before = self.shown.len();
        self.shown.retain(|id, _| listed.contains(id));
        self.lost |= self.shown.len() < before;
    }

    /// All, in the order in which the cluster lists them.
    pub fn all(&self) -> Vec<ExecutorLive> {
        self.order.iter().filter_map(|id| self.shown.get(id).cloned()).collect()
    }

    /// Whether something waits to be told.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty() || self.lost
    }

    /// An executor is gone, which no delta can tell.
    pub fn has_lost_some(&self) -> bool {
        self.lost
    }

    /// Those that readers have not heard of, if there are any.
    pub fn take_changed(&mut self) -> Option<Vec<ExecutorLive>> {
        let waiting = std::mem::take(&mut self.waiting);
        let executors: Vec<ExecutorLive> = waiting.iter().filter_map(|id| self.shown.get(id).cloned()).collect();
        (!executors.is_empty()).then_some(executors)
    }
}
