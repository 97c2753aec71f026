use super::ClusterStatus;
use serde::{Deserialize, Serialize};

/// Answer of `GET /api/clusters`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClusterList {
    /// Those served here; the first one is also served under bare paths.
    pub clusters: Vec<ClusterStatus>,
}
