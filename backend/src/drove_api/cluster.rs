//! The cluster as a whole (contract 2.5, 2.7).

use super::{
    handlers::{command, unexpected},
    refusal::Refusal,
    reply,
};
use crate::runtime::EmbeddedCluster;
use axum::response::Response;
use controller::{Command, Reply};

pub(super) fn summary(cluster: &EmbeddedCluster) -> Result<Response, Refusal> {
    cluster
        .read(|core, _| core.summary().map(reply::success))
        .ok_or_else(|| Refusal::Failed("Could not fetch cluster summary".to_owned()))
}

pub(super) fn dashboard(cluster: &EmbeddedCluster) -> Result<Response, Refusal> {
    cluster
        .read(|core, _| core.dashboard().map(reply::success))
        .ok_or_else(|| Refusal::Failed("Could not fetch dashboard data".to_owned()))
}

pub(super) async fn maintenance(cluster: &EmbeddedCluster, change: Command) -> Result<Response, Refusal> {
    let answer = command(cluster, change).await?;
    let Reply::Cluster(state) = answer else { return Err(unexpected(&answer)) };
    Ok(reply::success(state))
}
