use crate::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Body of `POST /api/demo/clock`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "action", rename_all = "camelCase", deny_unknown_fields)]
pub enum ClockRequest {
    /// Demo time stands still.
    Pause,
    /// Demo time goes on from where it stands.
    Resume,
    /// Demo time jumps forward; everything due on the way happens in order.
    Step {
        /// By how much: at most 14400000, four hours.
        millis: u64,
    },
}

/// Longest [`ClockRequest::Step`]. The response waits until all events up to the new time are simulated; the laptop scenario
/// creates some 250 tasks an hour: 2.8 s measured.
pub const LONGEST_CLOCK_STEP: Duration = Duration::from_secs(4 * 3600);

/// Its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClockState {
    /// Demo time.
    pub now: Timestamp,
    /// It stands still.
    pub paused: bool,
}
