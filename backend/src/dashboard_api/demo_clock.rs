//! `POST /api/demo/clock`: demo time stands still, goes on, or jumps; browser tests never sleep.

use super::openapi::Problems;
use crate::{
    error::ApiError, extract::JsonBody, middleware::cluster::Chosen, runtime::CommandError, session::caller::Caller,
};
use axum::Json;
use model::dashboard::{ClockRequest, ClockState, LONGEST_CLOCK_STEP};
use std::time::Duration;

/// Root only. A step is at most four hours; the answer comes when everything up to the new time has happened.
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
    let now = match wanted {
        ClockRequest::Pause => embedded.clock_pause().await?,
        ClockRequest::Resume => embedded.clock_resume().await?,
        ClockRequest::Step { millis } => embedded.clock_step(step(millis)?).await?,
    };
    cluster.hub.clock_changed();
    Ok(Json(ClockState { now, paused: embedded.clock().paused().is_some() }))
}

/// Refuses a step that would keep the cluster busy for longer than a client waits.
fn step(millis: u64) -> Result<Duration, ApiError> {
    let (wanted, longest) = (Duration::from_millis(millis), LONGEST_CLOCK_STEP);
    let too_long = || {
        let (hours, longest) = (longest.as_secs() / 3600, longest.as_millis());
        ApiError::BadRequest(format!("a step of the clock is at most {hours} hours ({longest} ms): take several"))
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
