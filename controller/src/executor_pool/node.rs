//! One executor: the live view with soft locks, what it publishes, and what the leader took over last.

use super::Allocation;
use crate::{Machine, NumaNode, RunId, lifecycle::Tracked, pairs};
use model::{
    AvailableCpu, AvailableMemory, ExecutorId, ExecutorNodeData, ExecutorResourceSnapshot, ExecutorState,
    ExecutorSummary, PhysicalLayout, TaskInfo, Timestamp,
    fit::{Demand, ExecutorView, NumaView},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    pub(super) fn new(machine: Machine, now: Timestamp) -> Self {
        let view = ExecutorView {
            executor_id: machine.executor_id(),
            hostname: machine.hostname.clone(),
            port: machine.port,
            state: ExecutorState::Active,
            tags: machine.all_tags(),
            numa: machine.numa.iter().map(|(id, node)| (*id, numa_view(node))).collect(),
            active_by_app: BTreeMap::new(),
            reported: None,
            unread: false,
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
    pub(super) fn has_room(&self, demand: &Demand) -> bool {
        let fits = |n: &NumaView| i64::from(n.free_cores) >= demand.cores && n.free_memory >= demand.memory_mb;
        self.view.numa.values().any(fits)
    }

    /// Locks what `demand` asks for on NUMA node `numa`: the first free cores in order.
    pub(super) fn take(&mut self, demand: &Demand, numa: u32) -> Allocation {
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

    /// Takes over what was published. Gives the runs in it that the leader has to learn of (contract 5.4).
    pub(crate) fn take_over(&mut self, wanted: impl Fn(&Tracked) -> bool) -> Vec<(RunId, Tracked)> {
        if !self.reachable() {
            return Vec::new();
        }
        if std::mem::take(&mut self.changed) {
            let tasks = self.published_tasks.values().map(|tracked| tracked.info().clone()).collect();
            self.observed = detail(&self.machine, &self.view, &self.free_cores, tasks, self.published);
        }
        let news = self.published_tasks.iter().filter(|(_, tracked)| wanted(tracked));
        news.map(|(run, tracked)| (*run, tracked.clone())).collect()
    }

    /// One entry of `/cluster/executors`.
    pub(super) fn summary(&self) -> ExecutorSummary {
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
    tasks: Vec<TaskInfo>,
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
