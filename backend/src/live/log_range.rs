//! Byte-accurate reading of logs through an API that gives decoded text (contract 2.4).
//!
//! The cursor counts bytes asked for, never characters decoded. A range that would end, or begin, within a character is
//! shortened, or begun earlier, by up to three bytes.

use crate::drove_client::{ClusterError, DroveClient};
use model::{
    TaskKey,
    dashboard::{LogFrame, LogPart},
};

/// Most bytes read at a time.
pub const LARGEST_RANGE: u64 = 64 << 10;
/// What a decoder puts in place of bytes that are no character.
const REPLACEMENT: char = '\u{FFFD}';
/// Bytes by which a character can stick out of a range.
const STICKING_OUT: u64 = 3;

/// One log file of one task, as one client may read it.
#[derive(Clone, Debug)]
pub struct LogFile {
    /// Acts for whoever reads.
    pub client: DroveClient,
    /// The task.
    pub key: TaskKey,
    /// Name of the file.
    pub name: String,
}

impl LogFile {
    /// Length of the file in bytes.
    ///
    /// # Errors
    /// There is no such file or task, or it cannot be asked for.
    pub async fn size(&self) -> Result<u64, ClusterError> {
        let end = self.client.log_read(&self.key, &self.name, -1, None).await?;
        Ok(u64::try_from(end.offset).unwrap_or(0))
    }

    /// Up to `length` bytes from `offset`. An offset behind the end of the file means that it was rotated: the range then
    /// begins at 0.
    ///
    /// # Errors
    /// As [`Self::size`].
    pub async fn range(&self, offset: u64, length: u64) -> Result<LogFrame, ClusterError> {
        let size = self.size().await?;
        let rotated = offset > size;
        let from = if rotated { 0 } else { offset };
        let length = length.min(LARGEST_RANGE).min(size - from);
        let mut frame = LogFrame { file: self.name.clone(), from, to: from, size, rotated, ..LogFrame::default() };
        if length == 0 {
            return Ok(frame);
        }
        let (length, text) = self.ending_well(from, length).await?;
        frame.to = from + length;
        frame.text = text;
        Ok(frame)
    }

    /// As [`Self::range`], begun up to three bytes earlier if it would begin within a character.
    ///
    /// # Errors
    /// As [`Self::size`].
    pub async fn range_of_characters(&self, offset: u64, length: u64) -> Result<LogFrame, ClusterError> {
        let frame = self.range(offset, length).await?;
        if frame.text.starts_with(REPLACEMENT) {
            for earlier in (frame.from.saturating_sub(STICKING_OUT)..frame.from).rev() {
                let whole = self.range(earlier, length + frame.from - earlier).await?;
                if !whole.text.starts_with(REPLACEMENT) {
                    return Ok(LogFrame { rotated: frame.rotated, ..whole });
                }
            }
        }
        Ok(frame)
    }

    /// The last `length` bytes, from the beginning of a character.
    ///
    /// # Errors
    /// As [`Self::size`].
    pub async fn tail(&self, length: u64) -> Result<LogFrame, ClusterError> {
        self.tail_within(LogPart::WHOLE, length).await
    }

    /// As [`Self::range_of_characters`], without bytes outside of `part`.
    ///
    /// # Errors
    /// As [`Self::size`].
    pub async fn range_within(&self, part: LogPart, offset: u64, length: u64) -> Result<LogFrame, ClusterError> {
        let from = offset.max(part.from).min(part.to.unwrap_or(u64::MAX));
        let length = part.to.map_or(length, |to| length.min(to - from));
        let frame = match from == part.from {
            true => self.range(from, length).await?,
            false => self.range_of_characters(from, length).await?,
        };
        Ok(LogFrame { part, ..frame })
    }

    /// The last `length` bytes of `part`, from the beginning of a character.
    ///
    /// # Errors
    /// As [`Self::size`].
    pub async fn tail_within(&self, part: LogPart, length: u64) -> Result<LogFrame, ClusterError> {
        let length = length.min(LARGEST_RANGE);
        let end = part.end(self.size().await?);
        self.range_within(part, end.saturating_sub(length), length).await
    }

    /// Reads `length` bytes, or up to three less if that ends with a whole character.
    async fn ending_well(&self, from: u64, length: u64) -> Result<(u64, String), ClusterError> {
        let whole = self.read(from, length).await?;
        if whole.ends_with(REPLACEMENT) {
            for shorter in (length.saturating_sub(STICKING_OUT).max(1)..length).rev() {
                let text = self.read(from, shorter).await?;
                if !text.ends_with(REPLACEMENT) {
                    return Ok((shorter, text));
                }
            }
        }
        Ok((length, whole))
    }

    /// Up to `length` bytes from `from`, decoded wherever they were cut.
    pub(super) async fn read(&self, from: u64, length: u64) -> Result<String, ClusterError> {
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        Ok(self.client.log_read(&self.key, &self.name, from, Some(length)).await?.data)
    }
}

#[cfg(test)]
pub mod tests;
