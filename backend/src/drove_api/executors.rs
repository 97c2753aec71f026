//! Executors and their blacklisting (contract 2.6).

use super::{
    call::Call,
    handlers::{command, unexpected},
    refusal::Refusal,
    reply,
};
use crate::runtime::EmbeddedCluster;
use axum::response::Response;
use controller::{Command, Reply};
use model::ExecutorId;

pub(super) fn list(cluster: &EmbeddedCluster) -> Response {
    cluster.read(|core, _| reply::success(core.executors()))
}

pub(super) fn show(cluster: &EmbeddedCluster, call: &Call) -> Result<Response, Refusal> {
    let id = ExecutorId::from(call.value(0));
    cluster
        .read(|core, _| core.executor(&id).map(reply::success))
        .ok_or_else(|| Refusal::Failed(format!("No executor found with id: {id}")))
}

/// The executors that the query names; an empty name is a name.
pub(super) fn ids_of_query(call: &Call) -> Result<Vec<String>, Refusal> {
    let ids = call.query.all("id");
    if ids.is_empty() {
        return Err(Refusal::Validation(vec!["query param id must not be empty".to_owned()]));
    }
    Ok(ids)
}

pub(super) async fn blacklist(cluster: &EmbeddedCluster, ids: Vec<String>) -> Result<Response, Refusal> {
    answer(command(cluster, Command::Blacklist { ids }).await?)
}

pub(super) async fn unblacklist(cluster: &EmbeddedCluster, ids: Vec<String>) -> Result<Response, Refusal> {
    answer(command(cluster, Command::Unblacklist { ids }).await?)
}

fn answer(answer: Reply) -> Result<Response, Refusal> {
    let Reply::Blacklist(response) = answer else { return Err(unexpected(&answer)) };
    Ok(reply::success(response))
}
