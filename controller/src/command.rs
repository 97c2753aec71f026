//! What comes in from users and operators, and what they are answered.

use crate::Options;
use model::{BlacklistOperationResponse, ClusterOpSpec, ClusterStateData, ExecutorId, TaskKey, TaskSpec};
use serde::{Deserialize, Serialize};

/// One input of the core. The driver journals it together with its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Run a task; the pair must not exist (contract 4.4).
    Create {
        /// What to run.
        spec: Box<TaskSpec>,
        /// How long placing may take.
        op: ClusterOpSpec,
    },
    /// Kill a task; the pair must have a runner (contract 4.4).
    Kill {
        /// Which one.
        key: TaskKey,
        /// How long it may take, counted from RUNNING (design section 3).
        op: ClusterOpSpec,
    },
    /// Remove a task's record; never touches its container (contract 2.2).
    Delete {
        /// Which one.
        key: TaskKey,
    },
    /// Take executors out of placement (contract 2.6).
    Blacklist {
        /// Executors as the caller named them.
        ids: Vec<String>,
    },
    /// Give executors back to placement (contract 2.6).
    Unblacklist {
        /// Executors as the caller named them.
        ids: Vec<String>,
    },
    /// Refuse operations until further notice (contract 2.5).
    SetMaintenance,
    /// Take operations again, 40 s from now (contract 2.5).
    UnsetMaintenance,
    /// Use other options from now on, and purge by them at once; attempts that are underway keep their interval.
    SetOptions {
        /// All of them.
        options: Options,
    },
    /// Cut an executor off: it goes silent, its containers run on (contract 5.7).
    SilenceExecutor {
        /// Which one.
        id: ExecutorId,
    },
    /// Let a silenced executor be heard again (contract 5.7).
    RestoreExecutor {
        /// Which one.
        id: ExecutorId,
    },
}

/// Answer to a command that was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// CREATE: `APP-ID`; KILL: the bare ID (contract 4.3).
    Accepted {
        /// `data.taskId`.
        task_id: String,
    },
    /// The record is gone, or never was (contract 2.2: both are success).
    Deleted,
    /// State of the cluster after maintenance was set or unset.
    Cluster(ClusterStateData),
    /// Blacklisting had nothing to wait for.
    Blacklist(BlacklistOperationResponse),
    /// Blacklisting answers later: wait for [`crate::Output::Completed`] with this ticket (8 to 12 s, contract 2.6).
    Wait(Ticket),
    /// Done, and nothing to tell.
    Done,
}

/// Names an answer that comes later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ticket(pub u64);
