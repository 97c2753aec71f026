//! `GET /api/history/tasks`, `/api/history/tasks/{app}/{id}` and `/api/history/ids/{app}/{id}`: what the ledger knows, Drove's purges and all.

use super::openapi::{HistoryParams, Problems};
use crate::{
    error::ApiError,
    extract::{KeyPath, Pairs},
    middleware::cluster::Chosen,
    session::caller::Caller,
};
use axum::Json;
use model::dashboard::{HistoryPage, HistoryQuery, IdState, TaskDetail};

/// One page of a list; names and values that mean nothing are passed over, so that an old link works.
#[utoipa::path(
    get,
    path = "/api/history/tasks",
    tag = "history",
    params(HistoryParams),
    responses((status = 200, description = "The page", body = HistoryPage), Problems)
)]
pub async fn list(Chosen(cluster): Chosen, _caller: Caller, pairs: Pairs) -> Result<Json<HistoryPage>, ApiError> {
    Ok(Json(cluster.ledger.page(&HistoryQuery::from_pairs(pairs.iter())).await?))
}

/// Everything known of one task: its newest run, or the one that `run` names.
#[utoipa::path(
    get,
    path = "/api/history/tasks/{app}/{id}",
    tag = "history",
    params(("app" = String, Path, description = "Source app"), ("id" = String, Path, description = "Task ID"), ("run" = Option<u32>, Query, description = "Number of the run; the newest one without it")),
    responses((status = 200, description = "The task", body = TaskDetail), Problems)
)]
pub async fn detail(
    Chosen(cluster): Chosen,
    _caller: Caller,
    KeyPath(key): KeyPath,
    pairs: Pairs,
) -> Result<Json<TaskDetail>, ApiError> {
    let run = pairs.number("run")?;
    let detail = cluster.ledger.detail(&key, run).await?;
    if let Some(detail) = detail {
        return Ok(Json(detail));
    }
    if let Some(run) = run {
        return Err(ApiError::NotFound(format!("the ledger knows no run {run} of {key}")));
    }
    Err(match cluster.ledger.refused(&key).await? {
        Some(create) => ApiError::NeverCreated { key, create: Box::new(create) },
        None => ApiError::NotFound(format!("the ledger has never heard of {key}")),
    })
}

/// Whether an ID is free, for a form that looks for one.
#[utoipa::path(
    get,
    path = "/api/history/ids/{app}/{id}",
    tag = "history",
    params(("app" = String, Path, description = "Source app"), ("id" = String, Path, description = "Task ID")),
    responses((status = 200, description = "What is known of the ID", body = IdState), Problems)
)]
pub async fn id(Chosen(cluster): Chosen, _caller: Caller, KeyPath(key): KeyPath) -> Result<Json<IdState>, ApiError> {
    let detail = cluster.ledger.detail(&key, None).await?;
    Ok(Json(detail.map_or(IdState::Free, |detail| detail.id_state())))
}
