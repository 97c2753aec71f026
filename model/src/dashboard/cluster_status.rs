use super::ClockStep;
use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// What the shell of every page shows about the cluster. Part of every snapshot, and sent again as a `notice` when it
/// changes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ClusterStatus {
    /// Name of the cluster, as configured.
    pub name: String,
    /// The core is embedded and the executors are simulated.
    pub simulated: bool,
    /// A KILL before RUNNING is kept and carried out (embedded core); a real leader mishandles it (contract 5.6).
    pub kill_before_running: bool,
    /// `host:port` of the leader, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leader: Option<String>,
    /// Operations are refused: maintenance is on, or was lifted less than 40 s ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<Maintenance>,
    /// The cluster has not answered since then, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale: Option<Stale>,
    /// The ledger cannot be written, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_recording: Option<String>,
    /// By how many milliseconds the leader's clock is ahead of the dashboard's, negative if behind; absent if they agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ahead_ms: Option<i64>,
    /// Demo time stands still since then (`POST /api/demo/clock`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_paused: Option<Timestamp>,
    /// The step of the demo's clock that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_step: Option<ClockStep>,
    /// All active tasks of the cluster, whatever the filters.
    pub active_tasks: u64,
    /// Executors in state ACTIVE, and all.
    pub active_executors: u64,
    /// All executors listed.
    pub executors: u64,
}

/// Why operations are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Maintenance {
    /// Since when.
    pub since: Timestamp,
    /// When operations resume, if it was lifted already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// The last good answer is old.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stale {
    /// Time of the last good answer.
    pub since: Timestamp,
    /// What is wrong, as a sentence.
    pub reason: String,
    /// Only the part named in `reason` is stale; task updates still arrive.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
}
