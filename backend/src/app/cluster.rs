use crate::{
    drove_client::{DroveClient, Identity},
    runtime::EmbeddedCluster,
    session::{caller::Caller, gate::Gate},
};
use model::dashboard::ClusterStatus;
use std::fmt;

/// One cluster of the dashboard, with everything that serves it.
pub struct Cluster {
    /// Its name, as in `/clusters/NAME/`.
    pub name: String,
    /// Who may enter.
    pub gate: Gate,
    /// A client that acts for nobody in particular: see [`Self::client_of`].
    pub client: DroveClient,
    /// The embedded core, if that is what answers.
    pub embedded: Option<EmbeddedCluster>,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Cluster {
    /// A client that acts for `caller`: handlers never use the watcher's rights.
    pub fn client_of(&self, caller: &Caller) -> DroveClient {
        let mut extensions = http::Extensions::new();
        extensions.insert(caller.clone());
        self.client.acting_for(Identity::InProcess(extensions))
    }

    /// What the shell of every page shows about it.
    pub fn status(&self) -> ClusterStatus {
        ClusterStatus { name: self.name.clone(), simulated: self.embedded.is_some(), ..ClusterStatus::default() }
    }

    /// What keeps it from being served well, one sentence each.
    pub fn missing(&self) -> Vec<String> {
        Vec::new()
    }
}
