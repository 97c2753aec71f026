//! `POST /api/demo/clock`: demo time stands still, goes on, or jumps; browser tests never sleep.

use super::openapi::Problems;
use crate::{
    app::Cluster,
    error::ApiError,
    extract::JsonBody,
    middleware::cluster::Chosen,
    runtime::{CommandError, EmbeddedCluster},
    session::caller::Caller,
};
use axum::Json;
use model::{
    Timestamp,
    dashboard::{ClockRequest, ClockState, ClockStep, LONGEST_AWAITED_CLOCK_STEP, LONGEST_CLOCK_STEP},
};
use std::{sync::Arc, time::Duration};

/// A long step is made in parts of this length.
const PART: Duration = Duration::from_secs(10 * 60);

/// Root only. A step is at most seven days. The answer to one of an hour or less comes when everything up to the new time has
/// happened; that to a longer one comes at once, and the cluster's status reports it as `clockStep`.
#[utoipa::path(
    post,
    path = "/api/demo/clock",
    tag = "demo",
    request_body = ClockRequest,
    responses((status = 200, description = "The time of the simulated cluster", body = ClockState), Problems)
)]
pub async fn change(
    Chosen(cluster): Chosen,
    caller: Caller,
    JsonBody(wanted): JsonBody<ClockRequest>,
) -> Result<Json<ClockState>, ApiError> {
    let Some(embedded) = &cluster.embedded else {
        return Err(ApiError::NotFound("only a simulated cluster has a clock of its own".to_owned()));
    };
    if !caller.is_root() {
        return Err(ApiError::Forbidden(format!(
            "{} may not change the clock: it takes the role EXTERNAL_ROOT",
            caller.user
        )));
    }
    let clock = embedded.clock();
    if clock.step().is_some() {
        return Err(under_way());
    }
    let now = match wanted {
        ClockRequest::Pause => embedded.clock_pause().await?,
        ClockRequest::Resume => embedded.clock_resume().await?,
        ClockRequest::Step { millis } => match step(millis)? {
            span if span <= LONGEST_AWAITED_CLOCK_STEP => embedded.clock_step(span).await?,
            span => begin_step(&cluster, embedded, span)?,
        },
    };
    cluster.hub.clock_changed();
    Ok(Json(ClockState { now, paused: clock.paused().is_some(), step: clock.step() }))
}

/// Puts the clock forward in the background, in parts, so that pages see it move. Returns the time at which that begins.
fn begin_step(cluster: &Arc<Cluster>, embedded: &EmbeddedCluster, span: Duration) -> Result<Timestamp, ApiError> {
    let from = embedded.now();
    let to = from + span;
    let step = embedded.clock().begin_step(ClockStep { from, to }).ok_or_else(under_way)?;
    let (cluster, embedded) = (cluster.clone(), embedded.clone());
    tokio::spawn(async move {
        // A clock that is not paused moves by itself meanwhile.
        while let left = to.since(embedded.now())
            && !left.is_zero()
        {
            if let Err(error) = embedded.clock_step(left.min(PART)).await {
                tracing::warn!(%error, "a clock step stopped early");
                break;
            }
            cluster.hub.clock_changed();
        }
        drop(step);
        cluster.hub.clock_changed();
    });
    Ok(from)
}

fn under_way() -> ApiError {
    ApiError::Unavailable("the demo's clock is still moving forward; try again when it has arrived".to_owned())
}

/// Refuses a step that would keep the cluster busy for longer than a client waits.
fn step(millis: u64) -> Result<Duration, ApiError> {
    let (wanted, longest) = (Duration::from_millis(millis), LONGEST_CLOCK_STEP);
    let too_long = || {
        let (days, longest) = (longest.as_secs() / 86_400, longest.as_millis());
        ApiError::BadRequest(format!("a step of the clock is at most {days} days ({longest} ms): take several"))
    };
    (wanted <= longest).then_some(wanted).ok_or_else(too_long)
}

impl From<CommandError> for ApiError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Rejected(reject) => ApiError::Refused { message: reject.to_string(), words: Vec::new() },
            CommandError::NotDurable(_) | CommandError::Stopped => ApiError::Unavailable(error.to_string()),
        }
    }
}
