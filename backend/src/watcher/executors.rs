//! Executors: their list, and the detail of each, read longest ago first.

use model::{ExecutorId, ExecutorNodeData, ExecutorState, ExecutorSummary, dashboard::ExecutorLive};
use std::collections::BTreeMap;

/// What was read.
#[derive(Debug, Default)]
pub struct Executors {
    list: Vec<ExecutorSummary>,
    details: BTreeMap<ExecutorId, Detail>,
    reads: u64,
}

#[derive(Debug, Default)]
struct Detail {
    data: Option<ExecutorNodeData>,
    /// Number of the last attempt to read it; 0 for never. One that fails holds up no other.
    asked: u64,
    is_read: bool,
}

impl Executors {
    /// Takes in a list.
    pub fn take_list(&mut self, mut list: Vec<ExecutorSummary>) {
        list.sort_by(|a, b| (&a.hostname, a.port).cmp(&(&b.hostname, b.port)));
        self.details.retain(|id, _| list.iter().any(|executor| executor.executor_id == *id));
        for executor in &list {
            let detail = self.details.entry(executor.executor_id.clone()).or_default();
            if executor.state == ExecutorState::Removed {
                detail.data = None;
            }
        }
        self.list = list;
    }

    /// Takes in a detail; nothing if the executor is gone.
    pub fn take_detail(&mut self, id: &ExecutorId, data: Option<ExecutorNodeData>) {
        self.ask(id);
        let detail = self.details.entry(id.clone()).or_default();
        detail.is_read = true;
        detail.data = data;
    }

    /// The detail of an executor is read now.
    pub fn ask(&mut self, id: &ExecutorId) {
        self.reads += 1;
        self.details.entry(id.clone()).or_default().asked = self.reads;
    }

    /// The executors whose details should be read next, oldest reads first.
    pub fn oldest(&self, limit: usize) -> Vec<ExecutorId> {
        let readable = self.list.iter().filter(|executor| executor.state != ExecutorState::Removed);
        let mut ids: Vec<(u64, &ExecutorId)> = readable
            .map(|executor| (self.details.get(&executor.executor_id).map_or(0, |d| d.asked), &executor.executor_id))
            .collect();
        ids.sort();
        ids.into_iter().take(limit).map(|(_, id)| id.clone()).collect()
    }

    /// Those of which no detail was read yet.
    pub fn unread(&self) -> impl Iterator<Item = &ExecutorSummary> {
        let readable = self.list.iter().filter(|executor| executor.state != ExecutorState::Removed);
        readable.filter(|executor| self.details.get(&executor.executor_id).is_none_or(|d| !d.is_read))
    }

    /// Details as far as they were read.
    pub fn details(&self) -> impl Iterator<Item = &ExecutorNodeData> {
        self.details.values().filter_map(|detail| detail.data.as_ref())
    }

    /// The list, each with its detail.
    pub fn all(&self) -> Vec<ExecutorLive> {
        let live = |summary: &ExecutorSummary| ExecutorLive {
            summary: summary.clone(),
            detail: self.details.get(&summary.executor_id).and_then(|detail| detail.data.clone()),
        };
        self.list.iter().map(live).collect()
    }
}
