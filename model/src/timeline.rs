//! From transitions to the segments of a timeline, each saying how it is known, and to their places on an axis.

mod axis;
mod heard;
mod layout;
mod segments;

pub use axis::*;
pub use heard::*;
pub use layout::*;
pub use segments::*;

use crate::{TaskState, Timestamp, wire_enum::wire_enum};
use serde::{Deserialize, Serialize};

wire_enum!(
    /// Where a transition is known from (design section 4, facts with source).
    Source {
        /// An event of the cluster, with the time of the event.
        Event = "EVENT",
        /// A list of active tasks: true at that time, begun at some time before.
        List = "LIST",
        /// A look-up of the single task: as a list.
        Instance = "INSTANCE",
        /// A submission through this dashboard.
        Submission = "SUBMISSION",
        /// The log that the executor writes of the task: the executor's own time, to the millisecond.
        Log = "LOG",
        /// Concluded from other facts.
        Inferred = "INFERRED",
    }
);

/// A change of state of one run, as recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Transition {
    /// The state that began.
    pub state: TaskState,
    /// When it began, or was first seen.
    pub at: Timestamp,
    /// Where that is known from.
    pub source: Source,
    /// For sources that only bound it from above: it cannot have begun before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// ID of the event, if one told it; rows of lists go without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// By the executor's time the state had begun by then; set where the event came later than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_by: Option<BegunBy>,
    /// Events that came while the run was in this state and changed nothing: Drove reports a state again after a change of
    /// leader, a return from LOST, or a deleted record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeats: Vec<Repeat>,
}

/// The executor's evidence for a beginning that its event dates too late.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BegunBy {
    /// The executor's time.
    pub at: Timestamp,
    /// A read bounds the beginning from above; the executor's log dates it.
    pub source: Source,
}

/// An event that repeated what was known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Repeat {
    /// The state that it names: the current one or, from an old record, an earlier one.
    pub state: TaskState,
    /// Time of the event.
    pub at: Timestamp,
    /// ID of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
}

impl Transition {
    /// A state that began at `at`, without bounds or an event ID.
    pub fn new(state: TaskState, at: Timestamp, source: Source) -> Self {
        Self { state, at, source, not_before: None, event_id: None, begun_by: None, repeats: Vec::new() }
    }
}

/// A span in which nothing can have been recorded: the leader changed, events were dropped, the machine slept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Gap {
    /// From here…
    pub from: Timestamp,
    /// …to here.
    pub to: Timestamp,
    /// Why, as a sentence.
    pub reason: String,
}

impl Gap {
    /// Whether another leader left it.
    pub fn is_failover(&self) -> bool {
        self.reason.contains("leader")
    }
}
