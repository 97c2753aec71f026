//! What a runtime tells the core: facts about one run. Texts of errors are the runtime's own, in docker's words.

use crate::RunId;
use model::Timestamp;
use serde::{Deserialize, Serialize};

/// One fact from a runtime.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The run it is about.
    pub run: RunId,
    /// What happened.
    pub fact: Fact,
}

/// What happened to a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    /// Progress of the pull, in the words of the executor's log (contract 2.4).
    Pulling(PullProgress),
    /// The image is there.
    Pulled {
        /// `sha256:…`.
        image_id: String,
    },
    /// The pull failed; the text goes into `errorMessage` as it is.
    PullFailed {
        /// Docker's words.
        error: String,
    },
    /// The container runs.
    Started {
        /// 64 hex digits.
        container_id: String,
    },
    /// The container could not be created or started.
    StartFailed {
        /// Docker's words.
        error: String,
    },
    /// The container wrote lines.
    Output(Vec<OutputLine>),
    /// The container ended by itself.
    Exited {
        /// Exit code.
        code: i64,
        /// The kernel ended it for want of memory.
        oom_killed: bool,
        /// When it really started.
        started: Timestamp,
        /// When it really ended.
        finished: Timestamp,
    },
    /// The kill was carried out.
    Killed,
    /// The container is nowhere to be found.
    Vanished {
        /// 64 hex digits.
        container_id: String,
    },
    /// The container is removed.
    Removed,
    /// The image is removed, or kept because others use it.
    ImageRemoved,
}

/// Progress of a pull.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PullProgress {
    /// The registry answered: `Pulling from <name>`.
    Began {
        /// Tag of the image.
        tag: String,
        /// Name within the registry.
        name: String,
    },
    /// A layer came on.
    Layer {
        /// 12 hex digits.
        layer: String,
        /// 0 to 100, once for the download and again for the extraction.
        percent: u8,
    },
}

/// One line of a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputLine {
    /// Which stream.
    pub stream: Stream,
    /// Without its line end.
    pub text: String,
}

/// Stream of a container's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stream {
    /// Logged as INFO (contract 2.4).
    Stdout,
    /// Logged as ERROR.
    Stderr,
}
