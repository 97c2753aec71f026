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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NumaNode;
    use model::{ExecutorState, PlacementPolicy};
    use std::collections::{BTreeMap, BTreeSet};

    fn pool() -> ExecutorPool {
        let node = |cores: &[u32]| NumaNode { cores: cores.iter().copied().collect(), memory_mb: 1_000 };
        let machine = |hostname: &str, tags: &[&str]| Machine {
            hostname: hostname.into(),
            port: 3000,
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            numa: BTreeMap::from([(0, node(&[0, 1])), (1, node(&[2, 3]))]),
        };
        ExecutorPool::new(&[machine("plain", &[]), machine("tagged", &["gpu"])], Timestamp(0))
    }

    fn demand(cores: i64, tag: Option<&str>) -> Demand {
        let policy = match tag {
            Some(tag) => PlacementPolicy::MatchTag { tag: tag.into() },
            None => PlacementPolicy::NoTag,
        };
        Demand { app: "A".into(), cores, memory_mb: 400, policy }
    }

    fn place(pool: &mut ExecutorPool, cores: i64, tag: Option<&str>) -> Option<(usize, u32, Vec<u32>)> {
        let placed = pool.place(&demand(cores, tag), || Stream::general(1, "placement", 1));
        placed.map(|(node, allocation)| (node, allocation.numa, allocation.cores))
    }

    #[test]
    fn the_first_free_cores_of_the_first_numa_node_that_fits_are_taken() {
        let mut pool = pool();
        assert_eq!(place(&mut pool, 1, None), Some((0, 0, vec![0])));
        assert_eq!(place(&mut pool, 2, None), Some((0, 1, vec![2, 3])));
        assert_eq!(place(&mut pool, 1, None), Some((0, 0, vec![1])));
        assert_eq!(place(&mut pool, 1, None), None);
        assert_eq!(place(&mut pool, 2, Some("gpu")), Some((1, 0, vec![0, 1])));
        assert_eq!(place(&mut pool, 3, Some("gpu")), None);
        assert_eq!(place(&mut pool, -1, Some("gpu")), None);
    }

    #[test]
    fn what_was_locked_is_given_back() {
        let mut pool = pool();
        let before = serde_json::to_value(pool.get(0).unwrap().view()).unwrap();
        let (node, allocation) = pool.place(&demand(2, None), || Stream::general(1, "placement", 1)).unwrap();
        pool.get_mut(node).unwrap().release(&allocation);
        assert_eq!(serde_json::to_value(pool.get(0).unwrap().view()).unwrap(), before);
    }

    #[test]
    fn lists_see_a_lock_only_when_it_was_published_and_taken_over() {
        let mut pool = pool();
        place(&mut pool, 2, None).unwrap();
        assert_eq!(pool.summaries()[0].used_cores, 0);
        let node = pool.get_mut(0).unwrap();
        node.heartbeat(Timestamp(5));
        assert_eq!(node.take_over(|_| true).len(), 0);
        let summary = &pool.summaries()[0];
        assert_eq!((summary.used_cores, summary.free_cores, summary.used_memory), (2, 2, 400));
        assert_eq!(summary.tags, BTreeSet::from(["plain".to_owned()]));
        let detail = pool.get(0).unwrap().observed();
        assert_eq!(detail.state.cpus.used_cores, BTreeMap::from([(0, BTreeSet::from([0, 1]))]));
        assert_eq!(detail.updated, Timestamp(5));
    }

    #[test]
    fn only_active_executors_take_tasks() {
        let mut pool = pool();
        pool.get_mut(0).unwrap().set_state(ExecutorState::Blacklisted);
        assert_eq!(place(&mut pool, 1, None), None);
    }
}
