//! What Drove tells about one task (contract 2.3).

use crate::{
    DroveDuration, ExecutorId, InstanceId, LoggingSpec, MountedVolume, SourceAppName, TaskId, TaskKey,
    TaskResultStatus, TaskState, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// `TaskInfo`: the record of one run as the leader stores it. `hostname` is absent until the container exists, and
/// `taskResult` until the run ended (contract 2.3, table of presence).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TaskInfo {
    /// Source app.
    pub source_app_name: SourceAppName,
    /// ID its user chose.
    pub task_id: TaskId,
    /// Names this run.
    #[serde(default)]
    pub instance_id: InstanceId,
    /// The executor it was placed on.
    #[serde(default)]
    pub executor_id: ExecutorId,
    /// Machine name of that executor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// What runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executable: Option<ExecutableInfo>,
    /// What it was given, CPU first.
    #[serde(default)]
    pub resources: Vec<ResourceAllocation>,
    /// Mounts, as in the spec; absent if it had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volumes: Option<Vec<MountedVolume>>,
    /// The spec's `logging`, under another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logging_spec: Option<LoggingSpec>,
    /// Environment, unmasked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<BTreeMap<String, String>>,
    /// State last reported.
    pub state: TaskState,
    /// Always empty in 1.33.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// How the run ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_result: Option<TaskResult>,
    /// Empty when there is no error.
    #[serde(default)]
    pub error_message: String,
    /// When the executor registered the task.
    #[serde(default)]
    pub created: Timestamp,
    /// Last report or heartbeat, at most 20 s old while the executor knows the task.
    #[serde(default)]
    pub updated: Timestamp,
}

impl TaskInfo {
    /// The pair that names the task.
    pub fn key(&self) -> TaskKey {
        TaskKey { app: self.source_app_name.clone(), id: self.task_id.clone() }
    }

    /// Number of cores allocated, over all NUMA nodes.
    pub fn core_count(&self) -> usize {
        self.resources.iter().map(ResourceAllocation::core_count).sum()
    }

    /// Memory allocated in MB, over all NUMA nodes.
    pub fn memory_mb(&self) -> i64 {
        self.resources.iter().map(ResourceAllocation::memory_mb).sum()
    }
}

/// `taskResult`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TaskResult {
    /// How it ended.
    pub status: TaskResultStatus,
    /// Exit code of the container, or -1 where there is none (contract 5.3).
    pub exit_code: i64,
}

/// `executable` of a [`TaskInfo`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExecutableInfo {
    /// Always `DOCKER` in 1.33.
    #[serde(rename = "type")]
    pub kind: String,
    /// Image.
    pub url: String,
    /// Longest time the pull may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docker_pull_timeout: Option<DroveDuration>,
}

/// One entry of `resources` of a [`TaskInfo`]: NUMA node → what was taken there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", from = "Value")]
pub enum ResourceAllocation {
    /// Core ids.
    #[serde(rename = "CPU")]
    Cpu {
        /// NUMA node → core ids.
        #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Vec<u32>>))]
        cores: BTreeMap<u32, Vec<u32>>,
    },
    /// Memory in MB.
    #[serde(rename = "MEMORY")]
    Memory {
        /// NUMA node → MB.
        #[serde(rename = "memoryInMB")]
        #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, i64>))]
        memory_in_mb: BTreeMap<u32, i64>,
    },
    /// One that this build does not know, as it came.
    #[serde(untagged)]
    Other(Value),
}

/// Read first, told apart after: serde's own handling of tags cannot read numeric keys.
#[derive(Deserialize)]
struct AllocationFields {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    cores: BTreeMap<u32, Vec<u32>>,
    #[serde(default, rename = "memoryInMB")]
    memory_in_mb: BTreeMap<u32, i64>,
}

impl From<Value> for ResourceAllocation {
    fn from(value: Value) -> Self {
        match AllocationFields::deserialize(&value) {
            Ok(fields) if fields.kind == "CPU" => ResourceAllocation::Cpu { cores: fields.cores },
            Ok(fields) if fields.kind == "MEMORY" => ResourceAllocation::Memory { memory_in_mb: fields.memory_in_mb },
            _ => ResourceAllocation::Other(value),
        }
    }
}

impl ResourceAllocation {
    fn core_count(&self) -> usize {
        match self {
            ResourceAllocation::Cpu { cores } => cores.values().map(Vec::len).sum(),
            ResourceAllocation::Memory { .. } | ResourceAllocation::Other(_) => 0,
        }
    }

    fn memory_mb(&self) -> i64 {
        match self {
            ResourceAllocation::Cpu { .. } | ResourceAllocation::Other(_) => 0,
            ResourceAllocation::Memory { memory_in_mb } => memory_in_mb.values().sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_record_with_parts_of_a_newer_cluster_is_read_and_kept() {
        let record = json!({
            "sourceAppName": "APP", "taskId": "T", "instanceId": "TI-1", "executorId": "e", "state": "RUNNING",
            "resources": [
                {"type": "CPU", "cores": {"0": [2, 3]}},
                {"type": "GPU", "cards": {"0": [1]}},
                {"type": "MEMORY", "memoryInMB": {"0": 512}},
                {"type": "MEMORY", "memoryInMB": "all"},
            ],
            "loggingSpec": {"type": "JOURNALD", "unit": "x"},
            "metadata": {}, "errorMessage": "", "created": 1, "updated": 2,
        });
        let info: TaskInfo = serde_json::from_value(record.clone()).unwrap();
        assert_eq!((info.core_count(), info.memory_mb()), (2, 512));
        assert_eq!(serde_json::to_value(&info).unwrap(), record, "what is not known is kept as it came");
        assert_eq!(serde_json::from_str::<TaskInfo>(&record.to_string()).unwrap(), info);
    }
}
