//! Executors as Drove shows them (contract 2.6). All figures come from an executor's published snapshot, up to 20 s old.

#[cfg(feature = "openapi")]
mod schema;

use crate::{ExecutorId, TaskInfo, Timestamp, wire_enum::wire_enum};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

wire_enum!(
    /// `ExecutorState` (contract 2.6).
    ExecutorState {
        /// Takes tasks.
        Active = "ACTIVE",
        /// Being blacklisted.
        BlacklistRequested = "BLACKLIST_REQUESTED",
        /// Takes no tasks.
        Blacklisted = "BLACKLISTED",
        /// Fresh, or waiting for its local services.
        Unready = "UNREADY",
        /// Vanished; its detail cannot be read.
        Removed = "REMOVED",
    }
);

impl ExecutorState {
    /// The word a person reads.
    pub fn label(&self) -> &str {
        match self {
            ExecutorState::Active => "Active",
            ExecutorState::BlacklistRequested => "Blacklist requested",
            ExecutorState::Blacklisted => "Blacklisted",
            ExecutorState::Unready => "Unready",
            ExecutorState::Removed => "Removed",
            ExecutorState::Other(name) => name,
        }
    }
}

/// `ExecutorSummary`: one entry of `/cluster/executors`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExecutorSummary {
    /// Identity.
    pub executor_id: ExecutorId,
    /// Machine.
    pub hostname: String,
    /// Port of the executor's own API.
    #[serde(default)]
    pub port: u16,
    /// `HTTP` or `HTTPS`.
    #[serde(default)]
    pub transport_type: String,
    /// Over all NUMA nodes.
    #[serde(default)]
    pub free_cores: i64,
    /// Over all NUMA nodes.
    #[serde(default)]
    pub used_cores: i64,
    /// MB.
    #[serde(default)]
    pub free_memory: i64,
    /// MB.
    #[serde(default)]
    pub used_memory: i64,
    /// Always contains the hostname.
    #[serde(default)]
    pub tags: BTreeSet<String>,
    /// Whether it takes tasks.
    pub state: ExecutorState,
}

/// `ExecutorNodeData`: the detail of one executor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExecutorNodeData {
    /// Always `EXECUTOR`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// Machine.
    pub hostname: String,
    /// Port of the executor's own API.
    #[serde(default)]
    pub port: u16,
    /// `HTTP` or `HTTPS`.
    #[serde(default)]
    pub transport_type: String,
    /// When the executor published this.
    #[serde(default)]
    pub updated: Timestamp,
    /// Resources.
    pub state: ExecutorResourceSnapshot,
    /// Application instances, not looked into here.
    #[serde(default)]
    pub instances: Vec<Value>,
    /// Tasks, as old as `updated`.
    #[serde(default)]
    pub tasks: Vec<TaskInfo>,
    /// Local service instances, not looked into here.
    #[serde(default)]
    pub service_instances: Vec<Value>,
    /// Always contains the hostname.
    #[serde(default)]
    pub tags: BTreeSet<String>,
    /// Free labels.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// Whether it takes tasks.
    pub executor_state: ExecutorState,
}

/// `state` of an [`ExecutorNodeData`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExecutorResourceSnapshot {
    /// Identity.
    pub executor_id: ExecutorId,
    /// Cores.
    pub cpus: AvailableCpu,
    /// Memory.
    pub memory: AvailableMemory,
    /// What the machine has in all.
    #[serde(default)]
    pub layout: Option<PhysicalLayout>,
}

/// Cores by NUMA node; a node without allocations has no entry in `used_cores`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "CPU", rename_all = "camelCase")]
pub struct AvailableCpu {
    /// NUMA node → free core ids.
    #[serde(default)]
    pub free_cores: BTreeMap<u32, BTreeSet<u32>>,
    /// NUMA node → used core ids.
    #[serde(default)]
    pub used_cores: BTreeMap<u32, BTreeSet<u32>>,
}

/// Memory by NUMA node in MB; a node without allocations has no entry in `used_memory`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "MEMORY", rename_all = "camelCase")]
pub struct AvailableMemory {
    /// NUMA node → MB.
    #[serde(default)]
    pub free_memory: BTreeMap<u32, i64>,
    /// NUMA node → MB.
    #[serde(default)]
    pub used_memory: BTreeMap<u32, i64>,
}

/// Physical cores and memory (MB) by NUMA node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhysicalLayout {
    /// NUMA node → core ids.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, BTreeSet<u32>>))]
    pub cores: BTreeMap<u32, BTreeSet<u32>>,
    /// NUMA node → MB.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, i64>))]
    pub memory: BTreeMap<u32, i64>,
}

/// Answer of blacklist and unblacklist (contract 2.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlacklistOperationResponse {
    /// Executors that changed.
    pub successful: BTreeSet<String>,
    /// Executors that did not.
    pub failed: BTreeSet<String>,
    /// Guess of how long moving applications takes.
    #[serde(default)]
    pub approx_completion_time_ms: i64,
    /// Drove's words.
    #[serde(default)]
    pub message: String,
}
