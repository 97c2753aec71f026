//! Answers of the log API (contract 2.4): raw JSON, no envelope.

use serde::{Deserialize, Serialize};

/// Answer of `list`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFileList {
    /// Names of files, in no particular order.
    pub files: Vec<String>,
}

/// Answer of `read`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogChunk {
    /// Text as the executor decoded it.
    pub data: String,
    /// The offset asked for, or the file's length in bytes when neither offset nor length was given.
    pub offset: i64,
}

/// Bytes that `read` gives at most when no length was asked for.
pub const DEFAULT_LOG_CHUNK: usize = 32_768;
/// The file every task has.
pub const OUTPUT_LOG: &str = "output.log";
