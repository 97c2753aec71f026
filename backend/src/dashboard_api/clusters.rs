//! `GET /api/clusters`: the clusters served, their leader and health.

use super::openapi::Problems;
use crate::{
    app::{App, Cluster},
    error::ApiError,
    middleware::cluster::Chosen,
    peer::peer_of,
    session::{
        caller::{Caller, Unverified},
        gate::Asked,
    },
};
use axum::{
    Extension, Json,
    extract::{Request, State},
};
use http::header;
use model::dashboard::{ClusterEntry, ClusterList};
use std::sync::Arc;

/// All clusters, the default one first. What goes on in a cluster is told to those only who are signed in to it. While the
/// cluster of this address cannot be asked who may enter, the others can be reached from here.
#[utoipa::path(
    get,
    path = "/api/clusters",
    tag = "clusters",
    responses((status = 200, description = "All clusters", body = ClusterList), Problems)
)]
pub async fn list(
    State(app): State<Arc<App>>,
    Chosen(chosen): Chosen,
    caller: Option<Extension<Caller>>,
    unverified: Option<Extension<Unverified>>,
    request: Request,
) -> Result<Json<ClusterList>, ApiError> {
    if caller.is_none() && unverified.is_none() {
        return Err(ApiError::NotSignedIn);
    }
    let asked = Asked {
        method: request.method(),
        path: request.uri().path(),
        headers: request.headers(),
        peer: peer_of(request.extensions()),
    };
    // A password for one cluster is not shown to another.
    let may_try = !request.headers().contains_key(header::AUTHORIZATION);
    let mut clusters = Vec::new();
    for cluster in app.clusters() {
        let is_in = (caller.is_some() && Arc::ptr_eq(cluster, &chosen))
            || (may_try && cluster.gate.enter(&asked).await.is_ok_and(|entered| entered.caller.is_some()));
        clusters.push(entry(cluster, is_in));
    }
    Ok(Json(ClusterList { clusters }))
}

fn entry(cluster: &Cluster, is_in: bool) -> ClusterEntry {
    let controllers = cluster.controllers.as_ref().filter(|_| is_in).map(|c| c.health()).unwrap_or_default();
    ClusterEntry { label: cluster.label.clone(), status: is_in.then(|| cluster.status()), controllers }
}
