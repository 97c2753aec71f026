//! What the core asks for. A runtime carries out the first group and answers with [`crate::Report`]s; the driver
//! carries out the second. Replaying a journal carries out none (design section 3).

use crate::{RunId, Ticket};
use model::{BlacklistOperationResponse, DroveDuration, ExecutorId, InstanceId, TaskKey, TaskSpec};
use serde::{Deserialize, Serialize};

/// One thing to do for the runtime of an executor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// Pull the image; answered by `Pulled` or `PullFailed`.
    Pull(Box<InstanceOrder>),
    /// Create and start the container; answered by `Started` or `StartFailed`, later by `Exited`.
    Start {
        /// Whose container.
        run: RunId,
    },
    /// Kill the container at once; answered by `Killed`.
    Kill {
        /// Whose container.
        run: RunId,
    },
    /// Remove the container if there is one; answered by `Removed`.
    Remove {
        /// Whose container.
        run: RunId,
    },
    /// Remove the image if nothing else uses it; answered by `ImageRemoved`. The last effect of a run.
    RemoveImage {
        /// Whose image.
        run: RunId,
    },
}

/// What an executor is told to run (contract 5.8, START_TASK).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstanceOrder {
    /// Number of the run.
    pub run: RunId,
    /// The task.
    pub key: TaskKey,
    /// How many CREATEs of this key were accepted, this one included: keys random streams.
    pub nth: u32,
    /// Identity of the run.
    pub instance_id: InstanceId,
    /// Where.
    pub executor_id: ExecutorId,
    /// Machine name of the executor.
    pub hostname: String,
    /// Cores given, all on `numa`.
    pub cores: Vec<u32>,
    /// NUMA node.
    pub numa: u32,
    /// The spec as accepted.
    pub spec: Box<TaskSpec>,
}

impl InstanceOrder {
    /// The image.
    pub fn image(&self) -> &str {
        self.spec.executable.as_ref().map_or("", |e| e.url.as_str())
    }

    /// How long the pull may take.
    pub fn pull_timeout(&self) -> Option<DroveDuration> {
        self.spec.executable.as_ref().and_then(|e| e.docker_pull_timeout)
    }
}

/// One thing for the driver: bytes to write, files to remove, readers to wake, answers to give.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Output {
    /// Write `bytes` at `offset` of `file`. Offsets are absolute, so writing twice is harmless.
    Log {
        /// The run that began the file.
        run: RunId,
        /// File name, without a path.
        file: String,
        /// Where the bytes begin.
        offset: u64,
        /// Whole lines.
        bytes: Vec<u8>,
    },
    /// No record has led to a log for long, or its task was purged: its files may go.
    RemoveLogs {
        /// The run that began it.
        run: RunId,
    },
    /// Something about this task changed.
    Touched(TaskKey),
    /// Placing this task was given up: no record will ever appear (contract 5.5).
    AttemptsEnded(TaskKey),
    /// The answer that [`crate::Reply::Wait`] promised.
    Completed(Ticket, BlacklistOperationResponse),
}
