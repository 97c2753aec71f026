//! What the ledger is told: operations with their answers, and what the watcher observed.

use model::{
    ClusterOpSpec, DroveDuration, DroveEvent, Gap, InstanceId, Source, TaskInfo, TaskKey, TaskSpec, TaskState,
    Timestamp,
    dashboard::{AnswerKind, Door},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// An operation that is about to be sent.
#[derive(Clone, Debug)]
pub struct Intent {
    /// The task it is about; empty for an operation on the cluster.
    pub key: TaskKey,
    /// What is asked for.
    pub operation: Operation,
    /// When it came.
    pub at: Timestamp,
    /// Who sent it: claimed until an answer other than 401 confirms it.
    pub user: Option<String>,
    /// How it came.
    pub door: Door,
    /// `opSpec` as it came; null if there was none.
    pub op_spec: Value,
}

/// What changes tasks or the cluster.
#[derive(Clone, Debug)]
pub enum Operation {
    /// CREATE: the spec as understood, and the document it was read from.
    Create {
        /// For placement and for telling our task from somebody else's.
        spec: Arc<TaskSpec>,
        /// For Clone; secrets are taken out before it is stored ([`super::withhold`]).
        document: Value,
    },
    /// KILL.
    Kill,
    /// The metadata of a task is deleted.
    Delete,
    /// Blacklisting and maintenance, by name.
    Cluster(&'static str),
}

impl Intent {
    /// How long the operation may take: as asked for, else what the controller takes for its own (contract 4.2).
    pub fn timeout(&self) -> Duration {
        timeout_of(&self.op_spec)
    }
}

/// `timeout` of an `opSpec`.
pub fn timeout_of(op_spec: &Value) -> Duration {
    let asked = ClusterOpSpec::from_json(op_spec).ok().and_then(|op| op.timeout);
    asked.or(ClusterOpSpec::default().timeout).map(DroveDuration::to_std).unwrap_or_default()
}

impl Operation {
    /// As Drove names it, where it has a name.
    pub fn name(&self) -> &'static str {
        match self {
            Operation::Create { .. } => "CREATE",
            Operation::Kill => "KILL",
            Operation::Delete => "DELETE",
            Operation::Cluster(name) => name,
        }
    }
}

/// What became of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Accepted, refused or lost.
    pub kind: AnswerKind,
    /// HTTP status, if there was one.
    pub status: Option<u16>,
    /// Drove's words, if it refused.
    pub words: Vec<String>,
}

impl Answer {
    /// The answer was lost.
    pub fn unknown() -> Self {
        Self { kind: AnswerKind::Unknown, status: None, words: Vec::new() }
    }
}

/// Names a recorded intent until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubmissionId(pub i64);

/// How far a watcher has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    /// When it last read the cluster's events.
    pub read: Timestamp,
    /// The newest event it knew then, of whatever kind; nothing if there were none.
    pub newest: Option<Timestamp>,
}

/// What the list of active tasks shows of a run that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// It is listed.
    Listed,
    /// It is listed no longer; why is not known yet.
    Missing,
    /// It is not listed, and its executor or its record says that it goes on: Drove no longer manages it.
    Unmanaged,
}

/// What the watcher saw. Each may come any number of times, and late.
#[derive(Clone, Debug)]
pub enum Observation {
    /// An event of the cluster.
    Event(DroveEvent),
    /// A record of a task, read at `seen`.
    Record {
        /// The record.
        info: Box<TaskInfo>,
        /// From the list of active tasks, or looked up.
        source: Source,
    },
    /// Drove has no record of the key, asked after this run was submitted or last reported.
    NoRecord {
        /// The task.
        key: TaskKey,
        /// When that was known.
        at: Timestamp,
    },
    /// Drove's only record of the key is that of this run.
    Holds {
        /// The task.
        key: TaskKey,
        /// Names the run.
        instance_id: InstanceId,
        /// When that was asked.
        at: Timestamp,
    },
    /// Placing was given up: nothing will be reported for the last CREATE of this key.
    AttemptsEnded {
        /// The task.
        key: TaskKey,
        /// When.
        at: Timestamp,
    },
    /// Everything raised up to `at` has been read: what was accepted more than [`super::PLACING_TIME`] before it and is
    /// not reported by now was not placed.
    CaughtUp {
        /// When the read began.
        at: Timestamp,
        /// Tasks of which that is not known.
        but_for: BTreeSet<TaskKey>,
    },
    /// Whether Drove lists this run, which goes on as far as is known, among its active tasks (contract 5.6).
    Listing {
        /// The task.
        key: TaskKey,
        /// Names the run.
        instance_id: InstanceId,
        /// What the list shows.
        listing: Listing,
        /// When that was known.
        at: Timestamp,
    },
    /// The executor of this run left the cluster, and Drove lists the run no longer.
    ExecutorGone {
        /// The task.
        key: TaskKey,
        /// Names the run.
        instance_id: InstanceId,
        /// When that was known.
        at: Timestamp,
    },
    /// When a run entered its states, by the log that its executor writes.
    Logged {
        /// The task.
        key: TaskKey,
        /// Names the run.
        instance_id: InstanceId,
        /// In the executor's time.
        states: Vec<(TaskState, Timestamp)>,
    },
    /// How far the leader's clock is behind that of the ledger.
    ClockBehind(Duration),
    /// Nothing can have been recorded in this span.
    Gap(Gap),
    /// So far everything was read.
    Watched(Watched),
    /// Somebody else leads.
    Leader {
        /// Since when.
        at: Timestamp,
        /// Its name.
        leader: String,
    },
}

impl Observation {
    /// The task it is about, if it is about one that the ledger may hold.
    pub fn key(&self) -> Option<TaskKey> {
        match self {
            Observation::Event(event) => event.task_state_change().map(|(key, _)| key),
            Observation::Record { info, .. } => Some(info.key()),
            Observation::NoRecord { key, .. }
            | Observation::Holds { key, .. }
            | Observation::AttemptsEnded { key, .. }
            | Observation::Listing { key, .. }
            | Observation::ExecutorGone { key, .. }
            | Observation::Logged { key, .. } => Some(key.clone()),
            Observation::CaughtUp { .. }
            | Observation::ClockBehind(_)
            | Observation::Gap(_)
            | Observation::Watched(_)
            | Observation::Leader { .. } => None,
        }
    }
}
