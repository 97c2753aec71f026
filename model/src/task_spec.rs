//! What a user asks for (contract 3). These types hold invalid specs too: Drove reads first and validates after, and
//! so do we ([`crate::validate`]). A required text that is missing or null is the empty text: Drove refuses all three
//! with the same words. Reading is in [`crate::decode`], as lenient as Drove's.

use crate::{
    ConfigSpec, DeviceSpec, Executable, LoggingSpec, MountedVolume, PlacementPolicy, ResourceRequirement,
    SourceAppName, TaskId, TaskKey, UserSpec,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// `TaskSpec` (contract 3.1). Absent lists and objects stay absent when written.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskSpec {
    /// Source app; required.
    pub source_app_name: SourceAppName,
    /// ID of the user's choice; required.
    pub task_id: TaskId,
    /// What to run; required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executable: Option<Executable>,
    /// What it needs; required, and not bounded by Drove.
    pub resources: Vec<ResourceRequirement>,
    /// Host directories to mount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volumes: Option<Vec<MountedVolume>>,
    /// Files to put into the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configs: Option<Vec<ConfigSpec>>,
    /// Docker's own log driver; absent = LOCAL 10m/3/compressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logging: Option<LoggingSpec>,
    /// Where it may run; absent = ANY here, HTTP 500 on a real cluster (contract 4.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placement_policy: Option<PlacementPolicy>,
    /// Free labels, never used by Drove.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// Environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env: Option<BTreeMap<String, String>>,
    /// Command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub args: Option<Vec<String>>,
    /// Raw devices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub devices: Option<Vec<DeviceSpec>>,
    /// User the container runs as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_spec: Option<UserSpec>,
}

impl TaskSpec {
    /// The pair that names the task.
    pub fn key(&self) -> TaskKey {
        TaskKey { app: self.source_app_name.clone(), id: self.task_id.clone() }
    }

    /// Cores asked for: the sum over all CPU entries (contract 3.3).
    pub fn cores(&self) -> i64 {
        self.resources.iter().fold(0, |sum, r| match r {
            ResourceRequirement::Cpu { count } => sum.saturating_add(*count),
            ResourceRequirement::Memory { .. } => sum,
        })
    }

    /// Memory asked for in MB: the sum over all MEMORY entries (contract 3.3).
    pub fn memory_mb(&self) -> i64 {
        self.resources.iter().fold(0, |sum, r| match r {
            ResourceRequirement::Cpu { .. } => sum,
            ResourceRequirement::Memory { size_in_mb } => sum.saturating_add(*size_in_mb),
        })
    }
}
