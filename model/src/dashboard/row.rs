use super::AnswerKind;
use crate::{ExecutorId, InstanceId, Outcome, TaskKey, TaskState, Timestamp, Transition, wire_enum::wire_enum};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

wire_enum!(
    /// What the ledger knows of a run (design section 3).
    Phase {
        /// Accepted, no report yet.
        Placing = "PLACING",
        /// The answer to its CREATE was lost; being read back.
        OutcomeUnknown = "OUTCOME_UNKNOWN",
        /// Drove reports a state that is not final.
        Active = "ACTIVE",
        /// Over: an outcome is set.
        Ended = "ENDED",
    }
);

impl Default for Phase {
    /// Where every run begins that was submitted here.
    fn default() -> Self {
        Phase::Placing
    }
}

/// One run of a task, as a list shows it. A key may have several runs, one after the other (CREATE, DELETE, CREATE).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TaskRow {
    /// Identity of the run in this dashboard's ledger.
    pub run_id: i64,
    /// The task.
    pub key: TaskKey,
    /// 1 for the first run of the key.
    pub run: u32,
    /// The key has a newer run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub superseded: bool,
    /// What is known.
    pub phase: Phase,
    /// State last reported, if any was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<TaskState>,
    /// How it ended, once it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Exit code as Drove gives it; -1 where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
    /// Drove's words; empty if it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub error_message: String,
    /// Image.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub image: String,
    /// Cores allocated, or asked for while there is no allocation.
    #[serde(default)]
    pub cores: i64,
    /// MB allocated, or asked for.
    #[serde(default)]
    pub memory_mb: i64,
    /// Drove's name of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<InstanceId>,
    /// Where it runs or ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executor_id: Option<ExecutorId>,
    /// Machine name of that executor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executor_host: Option<String>,
    /// When its CREATE was accepted; for tasks submitted elsewhere, when it was first known.
    pub submitted: Timestamp,
    /// Who submitted it, if it passed through here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitter: Option<String>,
    /// Tags of its spec, if that passed through here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// Last word of Drove about it (heartbeats included, at most a minute old).
    pub updated: Timestamp,
    /// All transitions recorded, in order of time: what the timeline is made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Transition>,
    /// What became of the last KILL of this run that was sent from here: accepted, or nobody knows yet. Nothing if none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kill: Option<AnswerKind>,
    /// A KILL was accepted, has not taken effect, and the cluster still tries.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub kill_pending: bool,
    /// Drove reports it as running and no longer manages it (contract 5.6): KILL is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unmanaged: bool,
    /// Drove lists it no longer; whether it was lost or goes on is being checked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unlisted: bool,
    /// What Drove's record says, where that differs from how the run ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_says: Option<TaskState>,
    /// The ledger's revision of its last change.
    pub revision: u64,
}

impl TaskRow {
    /// Which run of the key to ask for: none if it is the newest, which may be asked for by the key alone.
    pub fn run_to_name(&self) -> Option<u32> {
        self.superseded.then_some(self.run)
    }

    /// Cores and MB, allocated or asked for; nothing while only events are known of it, which tell neither.
    pub fn resources(&self) -> Option<(i64, i64)> {
        (self.cores != 0 || self.memory_mb != 0).then_some((self.cores, self.memory_mb))
    }

    /// Whether it goes on, as far as is known.
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Ended
    }
}
