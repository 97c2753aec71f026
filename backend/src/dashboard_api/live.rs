//! `GET /api/live`: server-sent events of one view (see [`crate::live`]).

use crate::{
    error::ApiError,
    extract::Pairs,
    live::{LiveQuery, Position},
    middleware::cluster::Chosen,
    session::caller::Caller,
};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header};

/// A stream without end. A reader that comes back says by `Last-Event-ID`, or by `since`, how far it had got.
pub async fn open(
    Chosen(cluster): Chosen,
    caller: Caller,
    headers: HeaderMap,
    pairs: Pairs,
) -> Result<Response, ApiError> {
    let query = LiveQuery::from_pairs(&pairs)?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    // An id that cannot be read is as good as none: the reader gets a snapshot.
    let since = last.or(pairs.get("since")).and_then(|id| id.parse::<Position>().ok());
    let events = cluster.hub.open(query, since, cluster.client_of(&caller));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // Some proxies would collect the stream before they pass it on.
        (http::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(events)).into_response())
}
