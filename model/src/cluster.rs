//! The cluster as a whole (contract 2.5, 2.10), and the users' roles (contract 7).

use crate::{Timestamp, wire_enum::wire_enum};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

wire_enum!(
    /// State of the cluster (contract 2.5).
    ClusterState {
        /// Operations are taken (40 s after maintenance was lifted).
        Normal = "NORMAL",
        /// Operations are refused.
        Maintenance = "MAINTENANCE",
    }
);

/// `ClusterSummary`: up to 30 s old (contract 2.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterSummary {
    /// `host:port`, or `Leader election underway`.
    #[serde(default)]
    pub leader: String,
    /// See [`ClusterState`].
    pub state: ClusterState,
    /// ACTIVE ones only.
    #[serde(default)]
    pub num_executors: i64,
    /// All.
    #[serde(default)]
    pub num_applications: i64,
    /// Active ones.
    #[serde(default)]
    pub num_active_applications: i64,
    /// Tasks with a runner in an active state.
    #[serde(default)]
    pub num_active_tasks: i64,
    /// All.
    #[serde(default)]
    pub num_local_services: i64,
    /// Active ones.
    #[serde(default)]
    pub num_active_local_services: i64,
    /// Over ACTIVE executors.
    #[serde(default)]
    pub free_cores: i64,
    /// Over ACTIVE executors.
    #[serde(default)]
    pub used_cores: i64,
    /// Over ACTIVE executors.
    #[serde(default)]
    pub total_cores: i64,
    /// MB.
    #[serde(default)]
    pub free_memory: i64,
    /// MB.
    #[serde(default)]
    pub used_memory: i64,
    /// MB.
    #[serde(default)]
    pub total_memory: i64,
}

/// Answer of maintenance set and unset (contract 2.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterStateData {
    /// What it is now.
    pub state: ClusterState,
    /// Since when.
    pub updated: Timestamp,
}

/// How long operations stay refused after a change of the cluster's state (contract 2.5).
pub const MAINTENANCE_TAIL: std::time::Duration = std::time::Duration::from_secs(40);

/// `AppSummary` (contract 2.10).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppSummary {
    /// `name-version`.
    pub id: String,
    /// What tasks name as their source app.
    pub name: String,
    /// Instances wanted.
    #[serde(default)]
    pub required_instances: i64,
    /// Instances healthy.
    #[serde(default)]
    pub healthy_instances: i64,
    /// Cores.
    #[serde(default, rename = "totalCPUs")]
    pub total_cpus: i64,
    /// MB.
    #[serde(default)]
    pub total_memory: i64,
    /// Free labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// Drove's word for its state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// When it was made.
    #[serde(default)]
    pub created: Timestamp,
    /// When it last changed.
    #[serde(default)]
    pub updated: Timestamp,
}

wire_enum!(
    /// Roles of users (contract 7). Not a hierarchy: each capability lists the roles that have it.
    UserRole {
        /// Everything.
        Root = "EXTERNAL_ROOT",
        /// Task operations and logs.
        ReadWrite = "EXTERNAL_READ_WRITE",
        /// Blacklisting and maintenance; no logs.
        Maintenance = "DROVE_EXTERNAL_MAINTENANCE",
        /// Reads and logs.
        ReadOnly = "EXTERNAL_READ_ONLY",
    }
);

impl UserRole {
    /// May create and kill tasks.
    pub fn may_operate(&self) -> bool {
        matches!(self, UserRole::Root | UserRole::ReadWrite)
    }

    /// May blacklist executors and set maintenance.
    pub fn may_maintain(&self) -> bool {
        matches!(self, UserRole::Root | UserRole::Maintenance)
    }

    /// May read logs.
    pub fn may_read_logs(&self) -> bool {
        matches!(self, UserRole::Root | UserRole::ReadWrite | UserRole::ReadOnly)
    }
}
