//! `POST /api/placement/preview`: what would become of a spec on the cluster as it is.

use super::openapi::Problems;
use crate::{
    app::Cluster,
    error::ApiError,
    extract::{budget, read_body},
    middleware::cluster::Chosen,
    session::caller::Caller,
};
use axum::{Json, body::Body};
use futures_util::future::join_all;
use http::HeaderMap;
use model::{
    ExecutorId, ExecutorState, TaskSpec,
    dashboard::PlacementPreview,
    decode,
    fit::{self, ExecutorView},
    validate,
};
use std::time::Duration;

/// Answers 200 also for a spec that is not finished, since it is asked while somebody types.
#[utoipa::path(
    post,
    path = "/api/placement/preview",
    tag = "placement",
    request_body(content = Object, description = "A task spec, as in `POST /apis/v1/tasks/operations`"),
    responses((status = 200, description = "What would become of it", body = PlacementPreview), Problems)
)]
pub async fn preview(
    Chosen(cluster): Chosen,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<PlacementPreview>, ApiError> {
    let _reserved = budget::reserve(&headers, &body).await?;
    let bytes = read_body(body).await?;
    let mut answer = PlacementPreview {
        unreadable: None,
        refusals: Vec::new(),
        hints: Vec::new(),
        matrix: None,
        now: cluster.clock.now(),
    };
    let document = match decode::parse_body(&bytes) {
        Ok(Some(document)) => document,
        Ok(None) => {
            answer.refusals.push(validate::bean::NO_BODY.to_owned());
            return Ok(Json(answer));
        }
        Err(fault) => {
            answer.unreadable = Some(fault.message);
            return Ok(Json(answer));
        }
    };
    let spec = match TaskSpec::from_json(&document) {
        Ok(spec) => spec,
        Err(fault) => {
            answer.unreadable = Some(fault.message);
            return Ok(Json(answer));
        }
    };
    let unshown = refresh(&cluster, &caller, &spec).await;
    let mut view = cluster.view();
    for read in unshown {
        if let Some(known) = view.executors.iter_mut().find(|known| known.executor_id == read.executor_id) {
            *known = read;
        }
    }
    answer.refusals = validate::bean::spec(&spec);
    answer.refusals.extend(validate::engine(&spec, &view, &cluster.limits));
    if cluster.hub.status().maintenance.is_some() {
        answer.refusals.push(validate::maintenance_refusal());
    }
    answer.hints = validate::hints(&document, &spec);
    answer.matrix = Some(fit::evaluate(&spec, &view));
    Ok(Json(answer))
}

/// Executors whose figures are read again before a preview: of those that may take the task, the ones known worst.
const REFRESHED: usize = 8;
/// An executor that takes longer is previewed as it was last seen.
const PATIENCE: Duration = Duration::from_millis(1500);
/// Longest wait until everybody is shown what was read: the watcher may be busy with a cluster that does not answer.
const SHOWN_WITHIN: Duration = Duration::from_millis(500);

/// A real cluster's executors are read one after the other; a preview must not rest on figures that are minutes old.
/// Returns what was read and is not shown by the picture yet.
async fn refresh(cluster: &Cluster, caller: &Caller, spec: &TaskSpec) -> Vec<ExecutorView> {
    let Some(refresher) = &cluster.refresher else { return Vec::new() };
    let mut rows = fit::evaluate(spec, &cluster.view()).rows;
    rows.retain(|row| row.state == ExecutorState::Active && row.checks.policy_miss.is_none());
    rows.sort_by_key(|row| (!row.unread, row.reported));
    let candidates: Vec<ExecutorId> = rows.into_iter().take(REFRESHED).map(|row| row.executor_id).collect();
    if candidates.is_empty() || !refresher.is_due() {
        return Vec::new();
    }
    let client = cluster.client_of(caller);
    let reads = candidates.into_iter().map(|id| {
        let client = client.clone();
        async move {
            let detail = tokio::time::timeout(PATIENCE, client.executor(&id)).await;
            detail.ok().and_then(Result::ok).map(|detail| (id, detail))
        }
    });
    let details: Vec<_> = join_all(reads).await.into_iter().flatten().collect();
    let read = details.iter().filter_map(|(_, detail)| detail.as_ref()).map(ExecutorView::of).collect();
    if details.is_empty() {
        return Vec::new();
    }
    match tokio::time::timeout(SHOWN_WITHIN, refresher.show(details)).await {
        Ok(()) => Vec::new(),
        Err(_) => read,
    }
}
