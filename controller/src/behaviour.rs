//! How a simulated container behaves: chosen by its image ([`crate::simulation`]) or stated by a test.

use crate::OutputLine;
use serde::{Deserialize, Serialize};

/// The whole life of one container.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Behaviour {
    /// How the image comes.
    pub pull: Pull,
    /// Whether the container starts.
    pub start: StartOutcome,
    /// What it does then.
    pub run: RunPlan,
}

/// How an image comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pull {
    /// How long the pull takes, in milliseconds.
    pub millis: u64,
    /// Layers that report progress; 0 = the image is on the machine already.
    pub layers: u32,
    /// How it ends.
    pub outcome: PullOutcome,
}

/// How a pull ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PullOutcome {
    /// The image is there after `millis`.
    Pulled,
    /// It fails after `millis`; the text is the whole `errorMessage`.
    Fails(String),
    /// It stops at this percentage until `dockerPullTimeout` ends it.
    StallsAt(u8),
}

/// Whether a container starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum StartOutcome {
    /// It runs after this many milliseconds.
    Starts {
        /// Milliseconds from the effect to RUNNING.
        millis: u64,
    },
    /// It cannot be created or started; the text is the whole `errorMessage`.
    Fails {
        /// Milliseconds from the effect to the failure.
        millis: u64,
        /// Docker's words.
        error: String,
    },
}

/// What a running container does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunPlan {
    /// What it writes.
    pub script: Script,
    /// How it ends; absent = it runs until killed.
    pub ending: Option<Ending>,
}

/// How a container ends by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// Milliseconds from RUNNING to the end.
    pub millis: u64,
    /// Exit code.
    pub code: i64,
    /// The kernel ended it for want of memory.
    pub oom_killed: bool,
}

/// What a container writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Script {
    /// Nothing.
    Quiet,
    /// These lines, each so many milliseconds after RUNNING.
    Says(Vec<(u64, OutputLine)>),
    /// `Iteration n of N`, one a second.
    Iterations {
        /// N.
        count: u64,
    },
    /// Work for so many seconds, then complaints on stderr.
    Complains {
        /// Seconds of work.
        seconds: u64,
        /// Exit code that the complaint names.
        code: i64,
    },
    /// Grows by a step a second until its memory is gone.
    GrowsUntil {
        /// Memory in MB.
        memory_mb: i64,
        /// Steps until the end.
        steps: u64,
    },
    /// ANSI colours, progress bars with carriage returns, long lines.
    Colours {
        /// Seconds.
        seconds: u64,
    },
    /// Multi-byte and right-to-left text, emoji, a last line without an end.
    Unicode {
        /// Seconds.
        seconds: u64,
    },
    /// Many lines a second, in ten bursts.
    Chatty {
        /// Lines a second.
        per_second: u64,
    },
    /// A line every ten seconds.
    Heartbeat,
    /// Says that it is simulated, then a line every five seconds.
    Stranger {
        /// The image.
        image: String,
    },
}
