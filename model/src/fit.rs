//! Does a task fit, where, and if not, why not? One pure function used by the scheduler of the embedded core, by
//! preflight and by the page while typing (design section 2). Rules: contract 6.2 to 6.4.

mod matrix;
mod policy;
mod view;

pub use matrix::{Change, Matrix, Row, evaluate};
pub use policy::{PolicyMiss, Scope, accepts, effective_policy};
pub use view::{ClusterView, ExecutorView, NumaView};

use crate::{PlacementPolicy, SourceAppName, TaskSpec};
use serde::{Deserialize, Serialize};

/// What a task asks of an executor.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// Whose tasks ONE_PER_HOST and MAX_N_PER_HOST count.
    pub app: SourceAppName,
    /// Cores on one NUMA node.
    pub cores: i64,
    /// MB on the same NUMA node.
    pub memory_mb: i64,
    /// The policy as Drove applies it ([`effective_policy`]).
    pub policy: PlacementPolicy,
}

impl Demand {
    /// What `spec` asks for.
    pub fn of(spec: &TaskSpec) -> Self {
        Self {
            app: spec.source_app_name.clone(),
            cores: spec.cores(),
            memory_mb: spec.memory_mb(),
            policy: effective_policy(spec.placement_policy.as_ref()),
        }
    }
}

/// The result of every check of one executor. All pass exactly when there is a `node`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Checks {
    /// The executor is ACTIVE.
    pub active: bool,
    /// Why the policy refuses it, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_miss: Option<PolicyMiss>,
    /// Most free cores on one NUMA node.
    pub best_cores: i64,
    /// That is enough.
    pub cores_fit: bool,
    /// Most free memory, in MB, on one NUMA node that has the cores (on any node if none has).
    pub best_memory: i64,
    /// That is enough.
    pub memory_fits: bool,
    /// The NUMA node it would be placed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<u32>,
}

impl Checks {
    /// Whether the executor would take the task.
    pub fn fits(&self) -> bool {
        self.node.is_some()
    }
}

/// Checks one executor. Zero cores or memory fit anywhere; a negative count never does, since it breaks Drove's
/// scheduling silently (contract 3.3).
pub fn check(demand: &Demand, executor: &ExecutorView) -> Checks {
    let enough = |have: i64, need: i64| (0..=have).contains(&need);
    let nodes = || executor.numa.iter();
    let best_cores = nodes().map(|(_, n)| i64::from(n.free_cores)).max().unwrap_or(0);
    let with_cores = || nodes().filter(|(_, n)| enough(i64::from(n.free_cores), demand.cores));
    let cores_fit = with_cores().next().is_some();
    let best_memory = with_cores()
        .map(|(_, n)| n.free_memory)
        .max()
        .or_else(|| nodes().map(|(_, n)| n.free_memory).max())
        .unwrap_or(0);
    let active = executor.state == crate::ExecutorState::Active;
    let policy_miss = accepts(&demand.policy, executor, &demand.app, Scope::Scheduling).err();
    let node = (active && policy_miss.is_none() && !executor.unread)
        .then(|| with_cores().find(|(_, n)| enough(n.free_memory, demand.memory_mb)).map(|(id, _)| *id))
        .flatten();
    Checks {
        active,
        policy_miss,
        best_cores,
        cores_fit,
        best_memory,
        memory_fits: enough(best_memory, demand.memory_mb),
        node,
    }
}

/// The NUMA node on which `executor` would take the task: the first in order of id with enough of both (contract 6.2).
pub fn place(demand: &Demand, executor: &ExecutorView) -> Option<u32> {
    check(demand, executor).node
}
