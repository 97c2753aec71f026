use crate::InstanceId;
use serde::{Deserialize, Serialize};

/// Bytes of one log file. Offsets count bytes of the file, never characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogFrame {
    /// Name of the file.
    pub file: String,
    /// Offset of the first byte of `text`.
    pub from: u64,
    /// Offset after its last byte: where the next range begins. Not `from + text.len()` when bytes were not UTF-8.
    pub to: u64,
    /// Decoded text; never begins or ends within a character.
    pub text: String,
    /// Length of the file when this was read.
    pub size: u64,
    /// The file became shorter since the last frame (rotated): `from` is 0 again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rotated: bool,
    /// Which bytes of the file belong to the run that was asked for; absent if all do, or if no run was named.
    #[serde(default, skip_serializing_if = "LogPart::is_whole")]
    pub part: LogPart,
    /// Drove's name of that run, if it is known: frames of another one begin another log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<InstanceId>,
}

/// A part of a file: the bytes from `from` to before `to`, or on to the end while more may come. The others belong to other
/// runs of the same ID, which Drove keeps in the same file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogPart {
    /// Offset of its first byte.
    #[serde(default)]
    pub from: u64,
    /// Offset after its last byte; absent if it goes on to the end of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<u64>,
}

impl LogPart {
    /// All of a file.
    pub const WHOLE: Self = Self { from: 0, to: None };

    /// Nothing is left out.
    pub fn is_whole(&self) -> bool {
        *self == Self::WHOLE
    }

    /// Whether the byte at this offset belongs to it.
    pub fn has(&self, at: u64) -> bool {
        at >= self.from && self.to.is_none_or(|to| at < to)
    }

    /// Offset after its last byte in a file of `size` bytes.
    pub fn end(&self, size: u64) -> u64 {
        self.to.map_or(size, |to| to.min(size)).max(self.from)
    }

    /// Bytes of a file of `size` bytes that lie before it and after it.
    pub fn left_out(&self, size: u64) -> (u64, u64) {
        (self.from.min(size), size.saturating_sub(self.end(size)))
    }
}

/// Answer of `GET /api/logs/{app}/{id}`: the files of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogFiles {
    /// Names, `output.log` first.
    pub files: Vec<String>,
}
