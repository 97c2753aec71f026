use crate::{
    clock::Clock,
    drove_client::DroveClient,
    ledger::Ledger,
    live::Hub,
    operations::Operations,
    runtime::EmbeddedCluster,
    session::{caller::Caller, gate::Gate},
    upstream::leader::Controllers,
    watcher::{ClusterPicture, Refresher},
};
use model::{
    dashboard::{ClusterLabel, ClusterStatus},
    fit::ClusterView,
    validate::EngineLimits,
};
use std::{fmt, sync::Arc};
use tokio::sync::watch;

/// One cluster of the dashboard, with everything that serves it.
pub struct Cluster {
    /// Its name, as in `/clusters/NAME/`, and how people see it.
    pub label: ClusterLabel,
    /// Who may enter.
    pub gate: Gate,
    /// A client that acts for nobody in particular: see [`Self::client_of`].
    pub client: DroveClient,
    /// The path of CREATE and KILL.
    pub operations: Operations,
    /// What was seen and sent.
    pub ledger: Ledger,
    /// What the watcher last saw.
    pub picture: watch::Receiver<Arc<ClusterPicture>>,
    /// Live push.
    pub hub: Hub,
    /// The cluster's time.
    pub clock: Clock,
    /// Limits of its controllers, as far as they are known.
    pub limits: EngineLimits,
    /// Takes details of executors that were read on a user's behalf (real clusters: those of the embedded core are fresh).
    pub refresher: Option<Refresher>,
    /// The controllers of a real cluster.
    pub controllers: Option<Controllers>,
    /// The embedded core, if that is what answers.
    pub embedded: Option<EmbeddedCluster>,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").field("name", &self.label.name).finish_non_exhaustive()
    }
}

impl Cluster {
    /// A client that acts for `caller`: handlers never use the watcher's rights.
    pub fn client_of(&self, caller: &Caller) -> DroveClient {
        let client = self.client.acting_for(caller.reader());
        match caller.proven_name() {
            Some(name) => client.sent_for(name),
            None => client,
        }
    }

    /// What the shell of every page shows about it.
    pub fn status(&self) -> ClusterStatus {
        self.hub.status()
    }

    /// Whether a controller leads, as is known at this moment.
    pub fn has_leader(&self) -> bool {
        self.controllers.as_ref().map_or_else(|| self.status().leader.is_some(), Controllers::has_leader)
    }

    /// The executors as placement sees them.
    pub fn view(&self) -> ClusterView {
        self.picture.borrow().view.clone()
    }

    /// How often another controller became the leader. The embedded core is always its own.
    pub fn leader_changes(&self) -> u64 {
        self.controllers.as_ref().map_or(0, Controllers::leader_changes)
    }
}
