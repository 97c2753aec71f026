//! Summary and dashboard of the cluster, computed every 30 s and served until the next time (contract 2.5, 2.7).

use crate::Controller;
use model::{ClusterSummary, ExecutorState, ExecutorSummary, TaskInfo, TaskState};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// States that Drove counts applications by; there are none here.
const APP_STATES: [&str; 10] = [
    "INIT",
    "MONITORING",
    "RUNNING",
    "OUTAGE_DETECTED",
    "SCALING_REQUESTED",
    "STOP_INSTANCES_REQUESTED",
    "REPLACE_INSTANCES_REQUESTED",
    "DESTROY_REQUESTED",
    "DESTROYED",
    "FAILED",
];
/// States that Drove counts local services by; there are none here.
const SERVICE_STATES: [&str; 15] = [
    "INIT",
    "ACTIVATION_REQUESTED",
    "CONFIG_TESTING_REQUESTED",
    "DEACTIVATION_REQUESTED",
    "EMERGENCY_DEACTIVATION_REQUESTED",
    "INACTIVE",
    "ACTIVE",
    "CONFIG_TESTING",
    "ADJUSTING_INSTANCES",
    "DEPLOYING_TEST_INSTANCE",
    "REPLACING_INSTANCES",
    "STOPPING_INSTANCES",
    "UPDATING_INSTANCES_COUNT",
    "DESTROY_REQUESTED",
    "DESTROYED",
];
const ACTIVATION_STATES: [&str; 3] = ["ACTIVE", "CONFIG_TESTING", "INACTIVE"];
/// How many of the longest-running tasks are named.
const TOP_TASKS: usize = 5;

/// What was computed last.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// `GET /cluster`.
    pub(crate) summary: Option<ClusterSummary>,
    /// `GET /cluster/dashboard`.
    pub(crate) dashboard: Option<Value>,
}

impl Figures {
    /// Computes both from the core as it is.
    pub(crate) fn compute(core: &Controller) -> Self {
        let executors = core.executors();
        let summary = summary(core, &executors);
        let dashboard = json!({
            "clusterSummary": summary,
            "appStats": {"appCountByState": zeros(&APP_STATES), "topApps": [], "totalHealthyInstances": 0},
            "taskStats": task_stats(core),
            "serviceStats": {
                "serviceCountByState": zeros(&SERVICE_STATES),
                "serviceCountByActivationState": zeros(&ACTIVATION_STATES),
                "topServices": [],
                "totalHealthyInstances": 0,
            },
            "executorStats": executor_stats(&executors),
            "generatedAt": core.now(),
        });
        Self { summary: Some(summary), dashboard: Some(dashboard) }
    }
}

fn summary(core: &Controller, executors: &[ExecutorSummary]) -> ClusterSummary {
    let active: Vec<&ExecutorSummary> = executors.iter().filter(|e| e.state == ExecutorState::Active).collect();
    let sum = |figure: fn(&ExecutorSummary) -> i64| active.iter().map(|e| figure(e)).sum::<i64>();
    let (free_cores, used_cores) = (sum(|e| e.free_cores), sum(|e| e.used_cores));
    let (free_memory, used_memory) = (sum(|e| e.free_memory), sum(|e| e.used_memory));
    ClusterSummary {
        leader: core.leader(),
        state: core.state().state.clone(),
        num_executors: length(&active),
        num_applications: 0,
        num_active_applications: 0,
        num_active_tasks: length(&core.active_tasks()),
        num_local_services: 0,
        num_active_local_services: 0,
        free_cores,
        used_cores,
        total_cores: free_cores + used_cores,
        free_memory,
        used_memory,
        total_memory: free_memory + used_memory,
    }
}

/// Only tasks with a runner are counted (contract 2.7).
fn task_stats(core: &Controller) -> Value {
    let tasks: Vec<&TaskInfo> = core.runners().reported().filter_map(|key| core.task(key)).collect();
    let count = |state: &TaskState| json!(tasks.iter().filter(|info| info.state == *state).count());
    let by_state: Map<String, Value> =
        TaskState::ALL.iter().map(|state| (state.as_str().to_owned(), count(state))).collect();
    let mut live: Vec<&TaskInfo> = tasks.iter().copied().filter(|info| !info.state.is_terminal()).collect();
    live.sort_by_key(|info| info.created);
    live.truncate(TOP_TASKS);
    json!({"taskCountByState": by_state, "topTasks": live})
}

fn executor_stats(executors: &[ExecutorSummary]) -> Value {
    let by_state: Map<String, Value> = ExecutorState::ALL
        .iter()
        .map(|state| (state.as_str().to_owned(), json!(executors.iter().filter(|e| e.state == *state).count())))
        .collect();
    let shares: Vec<f64> = executors.iter().filter(|e| e.state == ExecutorState::Active).map(dominant_share).collect();
    // Counts of executors are far below 2^53.
    let mean = if shares.is_empty() { 0.0 } else { shares.iter().sum::<f64>() / shares.len() as f64 };
    let variance = shares.iter().map(|share| (share - mean).powi(2)).sum::<f64>() / shares.len().max(1) as f64;
    // Jackson writes a NaN as a text (contract 1.1).
    let balance = if mean > 0.0 { json!(variance.sqrt() / mean) } else { json!("NaN") };
    json!({
        "executorCountByState": by_state,
        "utilization": {
            "averageUtilization": mean,
            "highestUtilization": shares.iter().copied().fold(0.0, f64::max),
            "lowestUtilization": shares.iter().copied().reduce(f64::min).unwrap_or(0.0),
            "balanceScore": balance,
        },
    })
}

/// The larger of the shares of cores and of memory in use.
fn dominant_share(executor: &ExecutorSummary) -> f64 {
    // Counts of cores and megabytes are far below 2^53.
    let share = |used: i64, free: i64| if used + free > 0 { used as f64 / (used + free) as f64 } else { 0.0 };
    share(executor.used_cores, executor.free_cores).max(share(executor.used_memory, executor.free_memory))
}

fn zeros(names: &[&str]) -> Map<String, Value> {
    names.iter().map(|name| ((*name).to_owned(), json!(0))).collect()
}

fn length<T>(items: &[T]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}
