//! Executors as the leader and they themselves see them: the live view with soft locks, what each publishes, and what
//! the leader took over last (contract 2.6, 6).

use crate::{Machine, NumaNode, RunId, lifecycle::Tracked, pairs, random::Stream};
use model::{
    AvailableCpu, AvailableMemory, ExecutorId, ExecutorNodeData, ExecutorResourceSnapshot, ExecutorState,
    ExecutorSummary, PhysicalLayout, SourceAppName, Timestamp,
    fit::{ClusterView, Demand, ExecutorView, NumaView, place},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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

/// One executor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Node {
    machine: Machine,
    /// The live view, soft locks included: what the scheduler reads.
    view: ExecutorView,
    free_cores: BTreeMap<u32, BTreeSet<u32>>,
    /// Since when nothing it sends arrives.
    pub(crate) silent_since: Option<Timestamp>,
    published: Timestamp,
    #[serde(with = "pairs")]
    published_tasks: BTreeMap<RunId, Tracked>,
    /// Something was published that the leader has not taken over.
    changed: bool,
    /// What lists and validation read.
    observed: ExecutorNodeData,
}

impl Node {
    fn new(machine: Machine, now: Timestamp) -> Self {
        let view = ExecutorView {
            executor_id: machine.executor_id(),
            hostname: machine.hostname.clone(),
            port: machine.port,
            state: ExecutorState::Active,
            tags: machine.all_tags(),
            numa: machine.numa.iter().map(|(id, node)| (*id, numa_view(node))).collect(),
            active_by_app: BTreeMap::new(),
            reported: None,
        };
        let free_cores: BTreeMap<u32, BTreeSet<u32>> =
            machine.numa.iter().map(|(id, node)| (*id, node.cores.clone())).collect();
        let observed = detail(&machine, &view, &free_cores, Vec::new(), now);
        Self {
            machine,
            view,
            free_cores,
            silent_since: None,
            published: now,
            published_tasks: BTreeMap::new(),
            changed: false,
            observed,
        }
    }

    /// Identity.
    pub(crate) fn id(&self) -> &ExecutorId {
        &self.view.executor_id
    }

    /// What it sends arrives.
    pub(crate) fn reachable(&self) -> bool {
        self.silent_since.is_none()
    }

    /// Machine name.
    pub(crate) fn hostname(&self) -> &str {
        &self.machine.hostname
    }

    /// Machine name and port.
    pub(crate) fn address(&self) -> (String, u16) {
        (self.machine.hostname.clone(), self.machine.port)
    }

    /// Its state as the scheduler knows it.
    pub(crate) fn state(&self) -> &ExecutorState {
        &self.view.state
    }

    /// What the leader took over last.
    pub(crate) fn observed(&self) -> &ExecutorNodeData {
        &self.observed
    }

    /// Core ids that nothing holds, by NUMA node.
    pub(crate) fn free_cores(&self) -> &BTreeMap<u32, BTreeSet<u32>> {
        &self.free_cores
    }

    /// The machine.
    pub(crate) fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The live view.
    pub(crate) fn view(&self) -> &ExecutorView {
        &self.view
    }

    /// Changes its state for scheduler, lists and validation alike.
    pub(crate) fn set_state(&mut self, state: ExecutorState) {
        self.view.state = state.clone();
        self.observed.executor_state = state;
    }

    /// Changes its state for the scheduler; lists follow when the leader takes it over.
    pub(crate) fn request_state(&mut self, state: ExecutorState) {
        self.view.state = state;
        self.changed = true;
    }

    /// Some NUMA node has enough of both, whatever else speaks against it.
    fn has_room(&self, demand: &Demand) -> bool {
        let fits = |n: &NumaView| i64::from(n.free_cores) >= demand.cores && n.free_memory >= demand.memory_mb;
        self.view.numa.values().any(fits)
    }

    /// Locks what `demand` asks for on NUMA node `numa`: the first free cores in order.
    fn take(&mut self, demand: &Demand, numa: u32) -> Allocation {
        let wanted = usize::try_from(demand.cores).unwrap_or(0);
        let free = self.free_cores.entry(numa).or_default();
        let cores: Vec<u32> = free.iter().take(wanted).copied().collect();
        for core in &cores {
            free.remove(core);
        }
        self.view.take(&demand.app, numa, demand.cores, demand.memory_mb);
        Allocation { app: demand.app.clone(), numa, cores, memory_mb: demand.memory_mb }
    }

    /// Gives back what was locked.
    pub(crate) fn release(&mut self, allocation: &Allocation) {
        self.free_cores.entry(allocation.numa).or_default().extend(&allocation.cores);
        if let Some(numa) = self.view.numa.get_mut(&allocation.numa) {
            numa.free_cores += count(allocation.cores.len());
            numa.free_memory += allocation.memory_mb;
        }
        if let Some(active) = self.view.active_by_app.get_mut(&allocation.app) {
            *active -= 1;
            if *active == 0 {
                self.view.active_by_app.remove(&allocation.app);
            }
        }
    }

    /// Publishes a run that began, as it is now.
    pub(crate) fn publish(&mut self, run: RunId, tracked: Tracked, now: Timestamp) {
        self.published_tasks.insert(run, tracked);
        self.published = now;
        self.changed = true;
    }

    /// Publishes without a change.
    pub(crate) fn heartbeat(&mut self, now: Timestamp) {
        self.published = now;
        self.changed = true;
    }

    /// Publishes that a run is over.
    pub(crate) fn withdraw(&mut self, run: RunId, now: Timestamp) {
        self.published_tasks.remove(&run);
        self.published = now;
        self.changed = true;
    }

    /// Takes over what was published, if anything was; the runs in it are what the leader learns of (contract 5.4).
    pub(crate) fn take_over(&mut self) -> Vec<(RunId, Tracked)> {
        if !self.reachable() || !std::mem::take(&mut self.changed) {
            return Vec::new();
        }
        let tasks = self.published_tasks.values().map(|tracked| tracked.info().clone()).collect();
        self.observed = detail(&self.machine, &self.view, &self.free_cores, tasks, self.published);
        self.published_tasks.iter().map(|(run, tracked)| (*run, tracked.clone())).collect()
    }

    fn summary(&self) -> ExecutorSummary {
        let data = &self.observed;
        let (cpus, memory) = (&data.state.cpus, &data.state.memory);
        let sum = |cores: &BTreeMap<u32, BTreeSet<u32>>| cores.values().map(|ids| i64::from(count(ids.len()))).sum();
        ExecutorSummary {
            executor_id: data.state.executor_id.clone(),
            hostname: data.hostname.clone(),
            port: data.port,
            transport_type: data.transport_type.clone(),
            free_cores: sum(&cpus.free_cores),
            used_cores: sum(&cpus.used_cores),
            free_memory: memory.free_memory.values().sum(),
            used_memory: memory.used_memory.values().sum(),
            tags: data.tags.clone(),
            state: data.executor_state.clone(),
        }
    }
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
            let numa = place(demand, &node.view)?;
            Some((index, node.take(demand, numa)))
        })
    }

    /// Makes what validation reads from what was taken over.
    pub(crate) fn refresh_validation(&mut self, now: Timestamp) {
        let executors = self.nodes.iter().map(|node| ExecutorView::of(&node.observed)).collect();
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

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn numa_view(node: &NumaNode) -> NumaView {
    let cores = count(node.cores.len());
    NumaView { free_cores: cores, total_cores: cores, free_memory: node.memory_mb, total_memory: node.memory_mb }
}

/// The detail of an executor; NUMA nodes without allocations have no entry among the used ones (contract 2.6).
fn detail(
    machine: &Machine,
    view: &ExecutorView,
    free_cores: &BTreeMap<u32, BTreeSet<u32>>,
    tasks: Vec<model::TaskInfo>,
    updated: Timestamp,
) -> ExecutorNodeData {
    let mut used_cores = BTreeMap::new();
    let mut used_memory = BTreeMap::new();
    for (id, node) in &machine.numa {
        let used: BTreeSet<u32> =
            node.cores.difference(free_cores.get(id).unwrap_or(&BTreeSet::new())).copied().collect();
        if !used.is_empty() {
            used_cores.insert(*id, used);
        }
        let memory = node.memory_mb - view.numa.get(id).map_or(0, |numa| numa.free_memory);
        if memory != 0 {
            used_memory.insert(*id, memory);
        }
    }
    ExecutorNodeData {
        kind: "EXECUTOR".to_owned(),
        hostname: machine.hostname.clone(),
        port: machine.port,
        transport_type: "HTTP".to_owned(),
        updated,
        state: ExecutorResourceSnapshot {
            executor_id: view.executor_id.clone(),
            cpus: AvailableCpu { free_cores: free_cores.clone(), used_cores },
            memory: AvailableMemory {
                free_memory: view.numa.iter().map(|(id, numa)| (*id, numa.free_memory)).collect(),
                used_memory,
            },
            layout: Some(PhysicalLayout {
                cores: machine.numa.iter().map(|(id, node)| (*id, node.cores.clone())).collect(),
                memory: machine.numa.iter().map(|(id, node)| (*id, node.memory_mb)).collect(),
            }),
        },
        instances: Vec::new(),
        tasks,
        service_instances: Vec::new(),
        tags: view.tags.clone(),
        metadata: BTreeMap::new(),
        executor_state: view.state.clone(),
    }
}
