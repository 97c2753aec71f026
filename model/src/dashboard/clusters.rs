use super::ClusterStatus;
use crate::{Timestamp, wire_enum::wire_enum};
use serde::{Deserialize, Serialize};

/// Answer of `GET /api/clusters`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClusterList {
    /// Those served here; the first one is also served under bare paths.
    pub clusters: Vec<ClusterEntry>,
}

/// One cluster of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ClusterEntry {
    /// How it is called and shown.
    pub label: ClusterLabel,
    /// What the shell shows about it; absent: the asker is not signed in to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ClusterStatus>,
    /// Its controllers, in the configured order; none if the asker is not signed in to it, or the core is embedded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controllers: Vec<ControllerStatus>,
}

/// How a cluster is called and shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ClusterLabel {
    /// Name, as in `/clusters/NAME/`.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What tells it from the others at a glance, as `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
}

/// One controller of a real cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ControllerStatus {
    /// Its configured address.
    pub address: String,
    /// How it is.
    pub health: ControllerHealth,
    /// What is wrong, as a part of a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// When it was last asked (not of the leader, whose every answer tells).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Timestamp>,
}

wire_enum!(
    /// How a controller is.
    ControllerHealth {
        /// It leads.
        Leader = "LEADER",
        /// It answers, and waits.
        Standby = "STANDBY",
        /// It answers, but not to the dashboard's own account.
        Locked = "LOCKED",
        /// It does not answer, or not as a controller does.
        Unreachable = "UNREACHABLE",
        /// It was not asked yet.
        Unknown = "UNKNOWN",
    }
);
