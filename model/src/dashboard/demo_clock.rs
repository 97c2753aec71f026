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
        /// By how much: at most 604800000, seven days.
        millis: u64,
    },
}

/// Longest [`ClockRequest::Step`]. Everything on the way is simulated: the laptop scenario creates some 250 tasks an hour,
/// which take 0.7 s.
pub const LONGEST_CLOCK_STEP: Duration = Duration::from_secs(7 * 24 * 3600);
/// A longer step is answered when it begins, and [`ClusterStatus::clock_step`](super::ClusterStatus) reports it; a shorter one
/// when everything up to the new time has happened.
pub const LONGEST_AWAITED_CLOCK_STEP: Duration = Duration::from_secs(3600);

/// A step of the demo's clock that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClockStep {
    /// Where it began.
    pub from: Timestamp,
    /// Where it ends.
    pub to: Timestamp,
}

/// Its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClockState {
    /// Demo time.
    pub now: Timestamp,
    /// It stands still.
    pub paused: bool,
    /// It is being put forward: [`ClockRequest`] is refused until it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<ClockStep>,
}
