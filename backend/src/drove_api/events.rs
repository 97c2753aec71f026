//! The feed of events (contract 2.8).

use super::{
    call::Call,
    refusal::Refusal,
    reply,
    uri::{Params, at_least},
};
use crate::runtime::EmbeddedCluster;
use axum::response::Response;
use model::Timestamp;

/// Events that one answer has when the client names no number.
const DEFAULT_SIZE: i32 = 1024;

pub(super) fn list(cluster: &EmbeddedCluster, call: &Call) -> Result<Response, Refusal> {
    let (since, size) = window(&call.query)?;
    Ok(cluster.read(|core, _| reply::success(core.events(since, size).events)))
}

pub(super) fn latest(cluster: &EmbeddedCluster, call: &Call) -> Result<Response, Refusal> {
    let (since, size) = window(&call.query)?;
    Ok(cluster.read(|core, _| reply::success(core.events(since, size))))
}

pub(super) fn summary(cluster: &EmbeddedCluster, call: &Call) -> Result<Response, Refusal> {
    let since = since(&call.query)?;
    Ok(cluster.read(|core, _| reply::success(core.events_summary(since))))
}

fn window(query: &Params) -> Result<(Timestamp, usize), Refusal> {
    let since = since(query)?;
    let size = query.int("size", DEFAULT_SIZE)?;
    at_least("size", i64::from(size), 0)?;
    Ok((since, usize::try_from(size).unwrap_or(0)))
}

fn since(query: &Params) -> Result<Timestamp, Refusal> {
    let since = query.long("lastSyncTime", 0)?;
    at_least("lastSyncTime", since, 0)?;
    Ok(Timestamp(since))
}
