//! `GET /api/live`: server-sent events of one view (see [`crate::live`]).

use super::openapi::{HistoryParams, Problems};
use crate::{
    error::ApiError,
    extract::Pairs,
    live::{LiveQuery, Position},
    middleware::cluster::Chosen,
    session::{caller::Caller, stay::Stay},
};
use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::header;

/// A stream that ends with the session, or when the cluster does not let its reader in any more. A reader that comes back says by `Last-Event-ID`, or by `since`, how far it had got.
#[utoipa::path(
    get,
    path = "/api/live",
    tag = "live",
    params(
        ("view" = String, Query, description = "What is shown: `tasks` (with the query of `/api/history/tasks`), `task` (with `key`) or `executors`"),
        ("key" = Option<String>, Query, description = "The task, as `APP/ID`"),
        ("run" = Option<u32>, Query, description = "Which run of the task, the first being 1; the newest if absent"),
        ("log" = Option<String>, Query, description = "Name of a log file of the task, to be followed"),
        ("whole" = Option<String>, Query, description = "With `log`: lines of other runs that share the file too, whatever its value"),
        ("since" = Option<String>, Query, description = "The `id` of the last event received, for readers that cannot send `Last-Event-ID`"),
        HistoryParams,
    ),
    responses(
        (
            status = 200,
            description = "Server-sent events without end. `data` is JSON: of a `snapshot` a LiveSnapshot, of a `delta` a LiveDelta, of a `log` a LogFrame, \
                           of a `notice` a LiveNotice; `id`, which a notice before the first snapshot lacks, is where to go on",
            content_type = "text/event-stream",
            body = String
        ),
        Problems
    )
)]
pub async fn open(
    Chosen(cluster): Chosen,
    caller: Caller,
    pairs: Pairs,
    request: Request,
) -> Result<Response, ApiError> {
    let query = LiveQuery::from_pairs(&pairs)?;
    let last = request.headers().get("last-event-id").and_then(|value| value.to_str().ok());
    // An id that cannot be read is as good as none: the reader gets a snapshot.
    let since = last.or(pairs.get("since")).and_then(|id| id.parse::<Position>().ok());
    let over = Stay::of(&cluster, &request, &caller).over();
    let events = cluster.hub.open(query, since, cluster.client_of(&caller), over);
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // Some proxies would collect the stream before they pass it on.
        (http::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(events)).into_response())
}
