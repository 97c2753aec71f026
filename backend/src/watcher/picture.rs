use super::{WatcherConfig, status::Status};
use model::{
    Timestamp,
    dashboard::{ClusterStatus, ExecutorLive},
    fit::ClusterView,
};
use serde::{Deserialize, Serialize};

/// The cluster as last seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClusterPicture {
    /// What the shell of every page shows.
    pub status: ClusterStatus,
    /// Executors in the order of the list, with their details as far as they were read.
    pub executors: Vec<ExecutorLive>,
    /// The executors as placement sees them: figures of executors put right by active tasks and open submissions.
    pub view: ClusterView,
}

impl ClusterPicture {
    /// Nothing was read yet.
    pub(super) fn unread(config: &WatcherConfig, now: Timestamp) -> Self {
        let status = ClusterStatus {
            name: config.cluster.clone(),
            simulated: config.embedded,
            kill_before_running: config.embedded,
            stale: Status::unread(now).stale(),
            ..ClusterStatus::default()
        };
        Self { status, ..Self::default() }
    }

    /// Whether nothing but the time of the view differs.
    pub fn looks_like(&self, other: &Self) -> bool {
        self.status == other.status && self.executors == other.executors && self.view.executors == other.view.executors
    }
}
