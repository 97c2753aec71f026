//! From an executor's own report to what is drawn of it.

use super::{CoreUse, NodeCores};
use model::{ExecutorNodeData, ResourceAllocation, TaskInfo, TaskKey};
use std::collections::{BTreeMap, BTreeSet};

/// Whose each core of a machine is; cores of `mine` are marked as such. Only cores that Drove hands out are told.
pub fn node_cores(machine: &ExecutorNodeData, mine: Option<&TaskKey>) -> Vec<NodeCores> {
    let cpus = &machine.state.cpus;
    let owners = owners(&machine.tasks);
    let numbers: BTreeSet<u32> = cpus.free_cores.keys().chain(cpus.used_cores.keys()).copied().collect();
    let whose = |node: u32, core: u32, used: bool| match owners.get(&(node, core)) {
        _ if !used => CoreUse::Free,
        Some(key) if Some(key) == mine => CoreUse::Mine,
        Some(key) => CoreUse::Task(key.clone()),
        None => CoreUse::App,
    };
    let node = |node: u32| {
        let of = |cores: &BTreeMap<u32, BTreeSet<u32>>, used: bool| {
            let cores = cores.get(&node).cloned().unwrap_or_default();
            cores.into_iter().map(move |core| (core, used)).collect::<Vec<_>>()
        };
        let all: BTreeMap<u32, bool> =
            of(&cpus.free_cores, false).into_iter().chain(of(&cpus.used_cores, true)).collect();
        NodeCores { node, cores: all.into_iter().map(|(core, used)| (core, whose(node, core, used))).collect() }
    };
    numbers.into_iter().map(node).collect()
}

/// Memory of a NUMA node in MB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeMemory {
    /// Used by tasks.
    pub tasks: i64,
    /// Used by whatever else runs there.
    pub others: i64,
    /// Not used.
    pub free: i64,
}

impl NodeMemory {
    /// All of it.
    pub fn total(self) -> i64 {
        self.tasks + self.others + self.free
    }
}

/// Memory by NUMA node.
pub fn node_memory(machine: &ExecutorNodeData) -> BTreeMap<u32, NodeMemory> {
    let memory = &machine.state.memory;
    let mut nodes: BTreeMap<u32, NodeMemory> = BTreeMap::new();
    for (node, free) in &memory.free_memory {
        nodes.entry(*node).or_default().free = *free;
    }
    for (node, used) in &memory.used_memory {
        nodes.entry(*node).or_default().others = *used;
    }
    for allocation in machine.tasks.iter().filter(|task| task.state.is_active()).flat_map(|task| &task.resources) {
        if let ResourceAllocation::Memory { memory_in_mb } = allocation {
            for (node, taken) in memory_in_mb {
                let entry = nodes.entry(*node).or_default();
                // A report may be older than the task that it names: never more than what is used.
                let taken = (*taken).min(entry.others);
                entry.tasks += taken;
                entry.others -= taken;
            }
        }
    }
    nodes
}

fn owners(tasks: &[TaskInfo]) -> BTreeMap<(u32, u32), TaskKey> {
    let mut owners = BTreeMap::new();
    for task in tasks.iter().filter(|task| task.state.is_active()) {
        for allocation in &task.resources {
            if let ResourceAllocation::Cpu { cores } = allocation {
                let taken = cores.iter().flat_map(|(node, cores)| cores.iter().map(|core| (*node, *core)));
                owners.extend(taken.map(|place| (place, task.key())));
            }
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use serde_json::json;

    fn machine() -> ExecutorNodeData {
        serde_json::from_value(json!({
            "hostname": "exec-1",
            "executorState": "ACTIVE",
            "state": {
                "executorId": "e-1",
                "cpus": { "type": "CPU", "freeCores": { "0": [2, 3] }, "usedCores": { "0": [4, 5, 6] } },
                "memory": { "type": "MEMORY", "freeMemory": { "0": 100 }, "usedMemory": { "0": 60 } }
            },
            "tasks": [{
                "sourceAppName": "A", "taskId": "T", "state": "RUNNING",
                "resources": [
                    { "type": "CPU", "cores": { "0": [4, 5] } },
                    { "type": "MEMORY", "memoryInMB": { "0": 40 } }
                ]
            }]
        }))
        .unwrap()
    }

    #[test]
    fn each_core_has_its_owner() {
        let key = TaskKey::new("A", "T");
        let nodes = node_cores(&machine(), None);
        let expected = [
            (2, CoreUse::Free),
            (3, CoreUse::Free),
            (4, CoreUse::Task(key.clone())),
            (5, CoreUse::Task(key.clone())),
            (6, CoreUse::App),
        ];
        assert_eq!(nodes, [NodeCores { node: 0, cores: expected.into() }]);
        assert_eq!(node_cores(&machine(), Some(&key))[0].cores[2], (4, CoreUse::Mine));
    }

    #[test]
    fn memory_is_split_between_tasks_and_others() {
        let nodes = node_memory(&machine());
        assert_eq!(nodes[&0], NodeMemory { tasks: 40, others: 20, free: 100 });
        assert_eq!(nodes[&0].total(), 160);
    }
}
