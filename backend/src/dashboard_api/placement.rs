//! `POST /api/placement/preview`: what would become of a spec on the cluster as it is.

use super::openapi::Problems;
use crate::{
    app::Cluster,
    error::ApiError,
    extract::{budget, read_body},
    middleware::cluster::Chosen,
    session::caller::Caller,
};
use axum::{Json, extract::Request};
use futures_util::future::join_all;
use model::{
    ExecutorId, ExecutorState, TaskSpec, Timestamp,
    dashboard::PlacementPreview,
    decode::{self, JsonFault},
    fit::{self, ExecutorView},
    validate,
};
use serde_json::Value;
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
    request: Request,
) -> Result<Json<PlacementPreview>, ApiError> {
    let (parts, body) = request.into_parts();
    let _reserved = budget::reserve(&parts, &body).await?;
    let bytes = read_body(body).await?;
    let (size, now) = (bytes.len(), cluster.clock.now());
    let (document, spec) = match budget::work_on(size, move || read_spec(&bytes, now)).await {
        Ok(read) => read,
        Err(unfinished) => return Ok(Json(*unfinished)),
    };
    let unshown = refresh(&cluster, &caller, &spec).await;
    let mut view = cluster.view();
    for read in unshown {
        if let Some(known) = view.executors.iter_mut().find(|known| known.executor_id == read.executor_id) {
            *known = read;
        }
    }
    let judge = move || {
        let mut answer = nothing_known(now);
        answer.refusals = validate::bean::spec(&spec);
        answer.refusals.extend(validate::engine(&spec, &view, &cluster.limits));
        if cluster.hub.status().maintenance.is_some() {
            answer.refusals.push(validate::maintenance_refusal());
        }
        answer.hints = validate::hints(&document, &spec);
        answer.matrix = Some(fit::evaluate(&spec, &view));
        answer
    };
    Ok(Json(budget::work_on(size, judge).await))
}

/// The spec in a body, or the answer to one that is not finished.
fn read_spec(body: &[u8], now: Timestamp) -> Result<(Value, TaskSpec), Box<PlacementPreview>> {
    let unreadable =
        |fault: JsonFault| Box::new(PlacementPreview { unreadable: Some(fault.message), ..nothing_known(now) });
    let Some(document) = decode::parse_body(body).map_err(unreadable)? else {
        let refusals = vec![validate::bean::NO_BODY.to_owned()];
        return Err(Box::new(PlacementPreview { refusals, ..nothing_known(now) }));
    };
    let spec = TaskSpec::from_json(&document).map_err(unreadable)?;
    Ok((document, spec))
}

fn nothing_known(now: Timestamp) -> PlacementPreview {
    PlacementPreview { unreadable: None, refusals: Vec::new(), hints: Vec::new(), matrix: None, now }
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
