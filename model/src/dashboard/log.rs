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
}

/// Answer of `GET /api/logs/{app}/{id}`: the files of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogFiles {
    /// Names, `output.log` first.
    pub files: Vec<String>,
}
