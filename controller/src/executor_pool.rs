//! Executors as the leader and they themselves see them (contract 2.6, 6).

mod node;

use crate::{Machine, random::Stream};
use model::{
    ExecutorSummary, SourceAppName, Timestamp,
    fit::{ClusterView, Demand, ExecutorView, place},
};
pub(crate) use node::Node;
use serde::{Deserialize, Serialize};

/// What one task holds on one executor, all on one NUMA node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Allocation {
    /// Whose task.
    pub(crate) app: SourceAppName,
    /// NUMA node.
    pub(crate) numa: u32,
    /// Core ids.
    pub(crate) cores: Vec<u32>,
    /// MB.
    pub(crate) memory_mb: i64,
}

/// All executors, in the order they joined.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ExecutorPool {
    nodes: Vec<Node>,
    /// What validation reads, made from what was taken over.
    validation: ClusterView,
}

impl ExecutorPool {
    /// Executors that join at `now`.
    pub(crate) fn new(machines: &[Machine], now: Timestamp) -> Self {
        let nodes = machines.iter().map(|machine| Node::new(machine.clone(), now)).collect();
        let mut pool = Self { nodes, validation: ClusterView::default() };
        pool.refresh_validation(now);
        pool
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter()
    }

    /// One of them.
    pub(crate) fn get(&self, node: usize) -> Option<&Node> {
        self.nodes.get(node)
    }

    /// One of them, to be changed.
    pub(crate) fn get_mut(&mut self, node: usize) -> Option<&mut Node> {
        self.nodes.get_mut(node)
    }

    /// The one with this ID.
    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.id().as_str() == id)
    }

    /// The first executor in random order that takes the task now, locked for it (contract 6.2, 6.3). A full cluster is
    /// asked thousands of times a second, so the order is drawn only when there is room somewhere.
    pub(crate) fn place(&mut self, demand: &Demand, stream: impl FnOnce() -> Stream) -> Option<(usize, Allocation)> {
        if !self.nodes.iter().any(|node| node.has_room(demand)) {
            return None;
        }
        stream().order(self.nodes.len()).into_iter().find_map(|index| {
            let node = self.nodes.get_mut(index).filter(|node| node.has_room(demand))?;
            let numa = place(demand, node.view())?;
            Some((index, node.take(demand, numa)))
        })
    }

    /// Makes what validation reads from what was taken over.
    pub(crate) fn refresh_validation(&mut self, now: Timestamp) {
        let executors = self.nodes.iter().map(|node| ExecutorView::of(node.observed())).collect();
        self.validation = ClusterView { now, executors };
    }

    /// What validation reads.
    pub(crate) fn validation(&self) -> &ClusterView {
        &self.validation
    }

    /// `GET /cluster/executors`.
    pub(crate) fn summaries(&self) -> Vec<ExecutorSummary> {
        self.nodes.iter().map(Node::summary).collect()
    }
}
