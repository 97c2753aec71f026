use super::{Demand, place};
use crate::{
    ExecutorId, ExecutorNodeData, ExecutorState, ExecutorSummary, ResourceAllocation, SourceAppName, TaskInfo, TaskKey,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The executors as far as placing is concerned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClusterView {
    /// When this was put together.
    pub now: Timestamp,
    /// In order of hostname.
    pub executors: Vec<ExecutorView>,
}

/// One executor as far as placing is concerned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExecutorView {
    /// Identity.
    pub executor_id: ExecutorId,
    /// Machine; also one of its tags.
    pub hostname: String,
    /// Port of its API.
    pub port: u16,
    /// Only ACTIVE ones take tasks.
    pub state: ExecutorState,
    /// Always contains the hostname.
    pub tags: BTreeSet<String>,
    /// NUMA node → what it has.
    pub numa: BTreeMap<u32, NumaView>,
    /// Active tasks by source app.
    #[serde(default)]
    pub active_by_app: BTreeMap<SourceAppName, u32>,
    /// When the figures were reported; absent where they are live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Timestamp>,
    /// Its detail was not read yet: `numa` is one node of all it has according to the list, so nothing can be promised.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
}

/// One NUMA node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NumaView {
    /// Cores nobody uses.
    pub free_cores: u32,
    /// Physical cores.
    pub total_cores: u32,
    /// MB nobody uses.
    pub free_memory: i64,
    /// MB in all.
    pub total_memory: i64,
}

impl ClusterView {
    /// The cluster as the details of its executors show it (up to 20 s old), put right by what is known since: tasks in
    /// `active` that a detail lacks are added, tasks of a detail that are not in `active` have ended. `pending` are
    /// submissions that were accepted and not reported yet; each is counted where it would be placed.
    pub fn assemble<'a>(
        now: Timestamp,
        executors: impl IntoIterator<Item = &'a ExecutorNodeData>,
        active: &[TaskInfo],
        pending: &[Demand],
    ) -> Self {
        let mut executors: Vec<ExecutorView> =
            executors.into_iter().map(|data| ExecutorView::assemble(data, active)).collect();
        executors.sort_by(|a, b| (&a.hostname, a.port).cmp(&(&b.hostname, b.port)));
        for demand in pending {
            let spot = executors.iter_mut().find_map(|e| place(demand, e).map(|node| (e, node)));
            if let Some((executor, node)) = spot {
                executor.take(&demand.app, node, demand.cores, demand.memory_mb);
            }
        }
        Self { now, executors }
    }

    /// The same with executors of which only the list is known.
    #[must_use]
    pub fn with_unread<'a>(mut self, unread: impl IntoIterator<Item = &'a ExecutorSummary>) -> Self {
        self.executors.extend(unread.into_iter().map(ExecutorView::unread));
        self.executors.sort_by(|a, b| (&a.hostname, a.port).cmp(&(&b.hostname, b.port)));
        self
    }
}

impl ExecutorView {
    /// The executor as its own detail shows it.
    pub fn of(data: &ExecutorNodeData) -> Self {
        Self::assemble(data, &data.tasks)
    }

    /// The executor as the list of executors shows it.
    fn unread(summary: &ExecutorSummary) -> Self {
        let count = |n: i64| u32::try_from(n).unwrap_or(0);
        let all = NumaView {
            free_cores: count(summary.free_cores),
            total_cores: count(summary.free_cores + summary.used_cores),
            free_memory: summary.free_memory,
            total_memory: summary.free_memory + summary.used_memory,
        };
        Self {
            executor_id: summary.executor_id.clone(),
            hostname: summary.hostname.clone(),
            port: summary.port,
            state: summary.state.clone(),
            tags: summary.tags.clone(),
            numa: BTreeMap::from([(0, all)]),
            active_by_app: BTreeMap::new(),
            reported: None,
            unread: true,
        }
    }

    fn assemble(data: &ExecutorNodeData, active: &[TaskInfo]) -> Self {
        let state = &data.state;
        let mut numa: BTreeMap<u32, NumaView> = BTreeMap::new();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        for (node, cores) in &state.cpus.free_cores {
            let view = numa.entry(*node).or_default();
            view.free_cores = count(cores.len());
            view.total_cores += count(cores.len());
        }
        for (node, cores) in &state.cpus.used_cores {
            numa.entry(*node).or_default().total_cores += count(cores.len());
        }
        for (node, free) in &state.memory.free_memory {
            let view = numa.entry(*node).or_default();
            view.free_memory = *free;
            view.total_memory += *free;
        }
        for (node, used) in &state.memory.used_memory {
            numa.entry(*node).or_default().total_memory += *used;
        }
        let mut view = Self {
            executor_id: state.executor_id.clone(),
            hostname: data.hostname.clone(),
            port: data.port,
            state: data.executor_state.clone(),
            tags: data.tags.clone(),
            numa,
            active_by_app: BTreeMap::new(),
            reported: Some(data.updated),
            unread: false,
        };
        let here: BTreeMap<TaskKey, &TaskInfo> =
            active.iter().filter(|t| t.executor_id == view.executor_id).map(|t| (t.key(), t)).collect();
        let counted: BTreeMap<TaskKey, &TaskInfo> = data.tasks.iter().map(|t| (t.key(), t)).collect();
        for (key, task) in &here {
            *view.active_by_app.entry(key.app.clone()).or_default() += 1;
            if !counted.contains_key(key) {
                view.shift(task, -1);
            }
        }
        for (key, task) in &counted {
            if !here.contains_key(key) {
                view.shift(task, 1);
            }
        }
        view
    }

    /// Counts a task that will be placed on NUMA node `node`.
    pub fn take(&mut self, app: &SourceAppName, node: u32, cores: i64, memory_mb: i64) {
        *self.active_by_app.entry(app.clone()).or_default() += 1;
        if let Some(view) = self.numa.get_mut(&node) {
            view.free_cores = view.free_cores.saturating_sub(u32::try_from(cores).unwrap_or(0));
            view.free_memory -= memory_mb;
        }
    }

    /// Gives back (1) or takes (-1) what `task` was allocated.
    fn shift(&mut self, task: &TaskInfo, sign: i64) {
        for resource in &task.resources {
            match resource {
                ResourceAllocation::Cpu { cores } => {
                    for (node, ids) in cores {
                        if let Some(view) = self.numa.get_mut(node) {
                            let free = i64::from(view.free_cores) + sign * i64::try_from(ids.len()).unwrap_or(0);
                            view.free_cores = u32::try_from(free.clamp(0, i64::from(view.total_cores))).unwrap_or(0);
                        }
                    }
                }
                ResourceAllocation::Other(_) => {}
                ResourceAllocation::Memory { memory_in_mb } => {
                    for (node, mb) in memory_in_mb {
                        if let Some(view) = self.numa.get_mut(node) {
                            view.free_memory = (view.free_memory + sign * mb).clamp(0, view.total_memory);
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::json;

    /// An untagged ACTIVE executor with the given free (cores, MB) per NUMA node.
    pub(crate) fn executor(hostname: &str, nodes: &[(u32, i64)]) -> ExecutorView {
        let numa = (0..).zip(nodes).map(|(id, (cores, mb))| {
            (id, NumaView { free_cores: *cores, total_cores: *cores, free_memory: *mb, total_memory: *mb })
        });
        ExecutorView {
            executor_id: hostname.into(),
            hostname: hostname.into(),
            port: 3000,
            state: ExecutorState::Active,
            tags: BTreeSet::from([hostname.to_owned()]),
            numa: numa.collect(),
            active_by_app: BTreeMap::new(),
            reported: None,
            unread: false,
        }
    }

    fn task(id: &str, cores: &[u32], mb: i64) -> TaskInfo {
        serde_json::from_value(json!({
            "sourceAppName": "APP", "taskId": id, "executorId": "e", "state": "RUNNING",
            "resources": [{"type": "CPU", "cores": {"0": cores}}, {"type": "MEMORY", "memoryInMB": {"0": mb}}],
        }))
        .unwrap()
    }

    #[test]
    fn an_executor_that_was_not_read_promises_nothing_and_is_not_missing() {
        let summary: ExecutorSummary = serde_json::from_value(json!({
            "executorId": "e", "hostname": "h", "port": 3000, "freeCores": 6, "usedCores": 2, "freeMemory": 100,
            "usedMemory": 0, "tags": ["h"], "state": "ACTIVE",
        }))
        .unwrap();
        let view = ClusterView::default().with_unread([&summary]);
        let spec = |cores: i64| crate::TaskSpec {
            resources: vec![crate::ResourceRequirement::Cpu { count: cores }],
            ..crate::TaskSpec::default()
        };
        let matrix = crate::fit::evaluate(&spec(5), &view);
        assert!(matrix.rows[0].unread && matrix.rows[0].checks.cores_fit && matrix.fits == 0);
        assert_eq!(matrix.smallest_change, None);
        let limits = crate::validate::EngineLimits::default();
        assert_eq!(crate::validate::engine(&spec(5), &view, &limits), Vec::<String>::new());
        assert_eq!(crate::validate::engine(&spec(9), &view, &limits).len(), 2, "it has no more than that");
    }

    #[test]
    fn a_stale_detail_is_put_right_by_the_list_of_active_tasks() {
        let mut data: ExecutorNodeData = serde_json::from_value(json!({
            "type": "EXECUTOR", "hostname": "h", "port": 3000, "updated": 7, "executorState": "ACTIVE", "tags": ["h"],
            "state": {"executorId": "e", "cpus": {"type": "CPU", "freeCores": {"0": [2, 3]}, "usedCores": {"0": [0, 1]}},
                "memory": {"type": "MEMORY", "freeMemory": {"0": 100}, "usedMemory": {"0": 50}}},
        }))
        .unwrap();
        data.tasks = vec![task("ended", &[0, 1], 50)];
        let active = [task("new", &[2], 30)];
        let view = ClusterView::assemble(Timestamp(9), [&data], &active, &[]);
        let node = view.executors[0].numa[&0];
        assert_eq!(node, NumaView { free_cores: 3, total_cores: 4, free_memory: 120, total_memory: 150 });
        assert_eq!(view.executors[0].active_by_app, BTreeMap::from([("APP".into(), 1)]));

        let pending = Demand { app: "B".into(), cores: 2, memory_mb: 20, policy: crate::PlacementPolicy::Any };
        let view = ClusterView::assemble(Timestamp(9), [&data], &active, &[pending]);
        assert_eq!((view.executors[0].numa[&0].free_cores, view.executors[0].numa[&0].free_memory), (1, 100));
    }
}
