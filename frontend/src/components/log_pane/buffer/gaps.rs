use super::{FILE, LogBuffer};
use crate::format::{format_bytes, format_number};

/// A stretch of the log that is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Position of its first byte.
    pub from: u64,
    /// Its bytes; at least so many after [`Cause::Rotated`].
    pub bytes: u64,
    /// How many of its lines were read: all after [`Cause::Evicted`].
    pub lines: u64,
    /// Why it is there.
    pub cause: Cause,
}

/// Why a stretch is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It was read, and given up for newer lines.
    Evicted,
    /// It was never read.
    NotRead,
    /// The file was rotated, and what was written just before may be missing.
    Rotated,
    /// The file was rotated, and it is known what is missing.
    RotatedKnown,
}

impl Gap {
    /// This gap and the one that follows it, as one.
    pub fn and(&self, next: &Self) -> Self {
        let cause = match (self.cause, next.cause) {
            (Cause::Rotated, _) | (_, Cause::Rotated) => Cause::Rotated,
            (Cause::RotatedKnown, _) | (_, Cause::RotatedKnown) => Cause::RotatedKnown,
            (Cause::NotRead, _) | (_, Cause::NotRead) => Cause::NotRead,
            (Cause::Evicted, Cause::Evicted) => Cause::Evicted,
        };
        Self { from: self.from, bytes: self.bytes + next.bytes, lines: self.lines + next.lines, cause }
    }

    /// What is missing, in words.
    pub fn words(&self) -> String {
        let size = format_bytes(self.bytes);
        let lines = format_number(self.lines);
        let missing = match (self.cause, self.lines) {
            (_, 0) => size,
            (Cause::NotRead | Cause::RotatedKnown, _) => format!("more than {lines} lines ({size})"),
            (Cause::Evicted | Cause::Rotated, 1) => format!("1 line ({size})"),
            (Cause::Evicted | Cause::Rotated, _) => format!("{lines} lines ({size})"),
        };
        match (self.cause, self.bytes) {
            (Cause::Evicted, _) => format!("{missing} not kept"),
            (Cause::NotRead, _) => format!("{missing} not read"),
            (Cause::RotatedKnown, 0) => "The file was rotated here".to_owned(),
            (Cause::RotatedKnown, _) => format!("The file was rotated here, {missing} not shown"),
            (Cause::Rotated, 0) => "The file was rotated here, the last lines before it may be missing".to_owned(),
            (Cause::Rotated, _) => format!("The file was rotated here, at least {missing} not shown"),
        }
    }
}

impl LogBuffer {
    /// The offsets between which the gap before `at` can be read from the file; nothing if it was rotated.
    pub fn readable_gap(&self, at: u64) -> Option<(u64, u64)> {
        let gap = self.gaps.get(&at)?;
        Some((self.offset(gap.from)?, self.offset(at)?))
    }

    /// Where reading of the file before the last rotation ended, as an offset in it; nothing if all of it was read.
    pub fn left_by_rotation(&self) -> Option<u64> {
        let gap = self.gaps.get(&self.base)?;
        let is_whole = gap.cause == Cause::RotatedKnown && gap.bytes == 0;
        // Lines of files before that one cannot be told from its own.
        let is_last = gap.from / FILE + 1 == self.base / FILE;
        (self.base > 0 && is_last && !is_whole).then_some(gap.from % FILE)
    }
}
