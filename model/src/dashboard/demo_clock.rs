use crate::Timestamp;
use serde::{Deserialize, Serialize};

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
        /// By how much.
        millis: u64,
    },
}

/// Its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClockState {
    /// Demo time.
    pub now: Timestamp,
    /// It stands still.
    pub paused: bool,
}
