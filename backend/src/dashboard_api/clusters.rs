//! `GET /api/clusters`: the clusters served, their leader and health.

use crate::{app::App, session::caller::Caller};
use axum::{Json, extract::State};
use model::dashboard::ClusterList;
use std::sync::Arc;

/// All clusters, the default one first.
pub async fn list(State(app): State<Arc<App>>, _caller: Caller) -> Json<ClusterList> {
    Json(ClusterList { clusters: app.clusters().iter().map(|cluster| cluster.status()).collect() })
}
