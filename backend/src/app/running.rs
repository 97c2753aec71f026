//! What answers behind the server: the demo, or real clusters.

use super::{Cluster, Demo, Failure, Served, served::Shared};
use crate::{
    config::{Mode, ServeConfig},
    session::cookies::SessionCookies,
};
use futures_util::future::join_all;
use std::{net::SocketAddr, path::Path, sync::Arc};
use tokio::sync::watch;

/// Everything that was started.
pub enum Running {
    /// The embedded cluster.
    Demo(Box<Demo>),
    /// The default cluster, and the others.
    Clusters(Box<Served>, Vec<Served>),
}

impl Running {
    /// Starts what `mode` says; it will be served at `address`.
    ///
    /// # Errors
    /// Whatever [`Failure`] lists.
    pub async fn start(
        mode: Mode,
        data_dir: &Path,
        address: SocketAddr,
        stopping: watch::Receiver<bool>,
    ) -> Result<Self, Failure> {
        match mode {
            Mode::Demo(config) => Ok(Self::Demo(Box::new(Demo::start(config, data_dir, address, stopping).await?))),
            Mode::Serve(config) => Self::serve(config, data_dir, stopping).await,
        }
    }

    async fn serve(config: ServeConfig, data_dir: &Path, stopping: watch::Receiver<bool>) -> Result<Self, Failure> {
        let key = config.sessions.key.as_deref().map_or_else(SessionCookies::new_key, SessionCookies::key_of);
        let shared = Shared {
            data_dir,
            session_key: &key,
            key_is_shared: config.sessions.key.is_some(),
            sessions: &config.sessions,
            proxy: config.proxy.as_ref(),
            ledger: config.ledger.as_ref(),
            retention: config.retention,
            stopping,
        };
        let mut served = Vec::new();
        for cluster in config.clusters {
            served.push(Served::start(cluster, &shared).await?);
        }
        let mut served = served.into_iter();
        let first = served.next().ok_or_else(|| Failure::Told("there is no cluster to serve".to_owned()))?;
        Ok(Self::Clusters(Box::new(first), served.collect()))
    }

    /// The default cluster, and the others.
    pub fn clusters(&self) -> (Arc<Cluster>, Vec<Arc<Cluster>>) {
        match self {
            Self::Demo(demo) => (demo.cluster().clone(), Vec::new()),
            Self::Clusters(first, others) => {
                (first.cluster().clone(), others.iter().map(|served| served.cluster().clone()).collect())
            }
        }
    }

    /// Resolves if something ends by itself that never should.
    pub async fn failed(&self) -> Failure {
        match self {
            Self::Demo(demo) => demo.failed().await,
            Self::Clusters(..) => std::future::pending().await,
        }
    }

    /// Stops all clusters at the same time.
    pub async fn stop(self) {
        match self {
            Self::Demo(demo) => demo.stop().await,
            Self::Clusters(first, others) => {
                join_all(std::iter::once(*first).chain(others).map(Served::stop)).await;
            }
        }
    }
}
