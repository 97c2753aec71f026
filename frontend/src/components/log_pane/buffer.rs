//! The part of a log file that was read, as lines. Frames are taken as they come: cut anywhere, in order, rotated. Pure.
//!
//! Lines are named by positions: offsets in the file, with those of a file that replaced it by rotation far behind.

mod evict;
mod fill;
mod gaps;

pub use gaps::{Cause, Gap};

use super::line::LogLine;
use model::{
    InstanceId, TaskState,
    dashboard::{LogFrame, LogPart},
};
use std::collections::{BTreeMap, VecDeque};

/// Distance between the positions of a file and of the one that replaces it: more bytes than any log has.
const FILE: u64 = 1 << 40;

/// Stretches of one file, from a line's beginning to what was read last.
#[derive(Clone, Debug, Default)]
pub struct LogBuffer {
    file: String,
    /// Position of the first byte of the file.
    base: u64,
    /// Position of the first byte read.
    start: u64,
    /// Position after the last byte read.
    end: u64,
    /// Length of the file when it was read last, in bytes.
    size: u64,
    lines: VecDeque<LogLine>,
    unfinished: String,
    /// Which bytes of the file belong to the run that is shown; all that was read lies in it.
    part: LogPart,
    /// The run whose lines these are, if that is known.
    instance: Option<InstanceId>,
    /// The next bytes end a line whose beginning was not read: half a line would be misread.
    skips: bool,
    /// What is missing before a position.
    gaps: BTreeMap<u64, Gap>,
    /// Positions of the first and the last row that are shown and must stay.
    pinned: Option<(u64, u64)>,
    finished: u64,
    heard: bool,
}

impl LogBuffer {
    /// Lines read, the one that is being written last.
    pub fn lines(&self) -> &VecDeque<LogLine> {
        &self.lines
    }

    /// What is missing between the lines, by the position of what follows it.
    pub fn gaps(&self) -> &BTreeMap<u64, Gap> {
        &self.gaps
    }

    /// The offset in the file of a position; nothing if it lies in a file that was rotated away.
    pub fn offset(&self, position: u64) -> Option<u64> {
        position.checked_sub(self.base)
    }

    /// The position of an offset in the file.
    pub fn position(&self, offset: u64) -> u64 {
        self.base + offset
    }

    /// Position of the first byte of the run's log that can be read now.
    fn origin(&self) -> u64 {
        self.base + self.part.from
    }

    /// Which bytes of the file belong to the run that is shown.
    pub fn part(&self) -> LogPart {
        self.part
    }

    /// Bytes of other runs before and after those of the run that is shown.
    pub fn left_out(&self) -> (u64, u64) {
        self.part.left_out(self.size)
    }

    /// Position after the last byte read.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Offset of the last line that reports `state` for this run; for any run if `run` is absent.
    pub fn told(&self, state: &TaskState, run: Option<&InstanceId>) -> Option<u64> {
        let is_wanted =
            |line: &&LogLine| line.state.as_ref() == Some(state) && run.is_none_or(|run| line.is_about(run));
        let line = self.lines.iter().rev().find(is_wanted)?;
        self.offset(line.at)
    }

    /// Whether nothing is missing before the first line.
    pub fn is_from_beginning(&self) -> bool {
        self.start <= self.origin() && !self.gaps.contains_key(&self.start)
    }

    /// Bytes at the beginning of the file that were not read, if they can still be.
    pub fn unread_before(&self) -> u64 {
        self.start.saturating_sub(self.origin())
    }

    /// Whether all of the log was read.
    pub fn is_whole(&self) -> bool {
        self.start <= self.origin() && self.gaps.is_empty()
    }

    /// The stretch around `offset` that was not read, as offsets.
    pub fn missing(&self, offset: u64) -> Option<(u64, u64)> {
        let at = self.position(offset);
        if at < self.start {
            return Some((self.offset(self.origin())?, self.offset(self.start)?));
        }
        let (end, gap) = self.gaps.range(at + 1..).next()?;
        (gap.from <= at).then_some((self.offset(gap.from)?, self.offset(*end)?))
    }

    /// Length of the run's part of the file when it was read last, in bytes.
    pub fn size(&self) -> u64 {
        self.part.end(self.size) - self.part.from
    }

    /// Bytes of the file that are here.
    pub fn loaded(&self) -> u64 {
        let missing: u64 = self.gaps.range(self.base + 1..).map(|(_, gap)| gap.bytes).sum();
        (self.end - self.start.max(self.origin())).saturating_sub(missing)
    }

    /// Whether everything written so far was read, by the last known size.
    pub fn is_at_end(&self) -> bool {
        self.base + self.size == self.end
    }

    /// Whether anything was heard of the file.
    pub fn heard(&self) -> bool {
        self.heard
    }

    /// How many lines were finished since the file was opened.
    pub fn finished(&self) -> u64 {
        self.finished
    }

    /// Takes what was read or written next. What was taken before is passed over; what was left out becomes a gap.
    pub fn take(&mut self, frame: LogFrame) {
        let is_rotated = frame.rotated || frame.size < self.end - self.base;
        if !self.heard || !self.is_continued_by(&frame, is_rotated) {
            *self = Self {
                file: frame.file,
                heard: true,
                start: frame.from,
                end: frame.from,
                part: frame.part,
                ..Self::default()
            };
            self.skips = self.start > self.origin();
        } else if is_rotated {
            self.rotate();
        }
        self.part = frame.part;
        self.instance = frame.instance;
        let (from, to) = (self.base + frame.from, self.base + frame.to);
        self.size = frame.size.max(frame.to).max(self.end - self.base);
        if to <= self.end {
            return;
        }
        let mut text = frame.text.as_str();
        if from < self.end {
            // Only offsets of valid text can be cut exactly.
            let is_exact = to - from == length(text);
            match usize::try_from(self.end - from).ok().filter(|_| is_exact).and_then(|cut| text.get(cut..)) {
                Some(rest) => text = rest,
                None => self.take_back(from),
            }
        }
        if from > self.end {
            self.leave_out(from);
        }
        self.append(text);
        self.move_end(to);
        self.evict();
    }

    /// Whether a frame is of the same run in the same file. The run may become known only after its lines were read.
    fn is_continued_by(&self, frame: &LogFrame, is_rotated: bool) -> bool {
        let is_same_run = self.instance.is_none() || frame.instance == self.instance;
        frame.file == self.file && is_same_run && (is_rotated || frame.part.from == self.part.from)
    }

    /// Goes on with a line of the new file; the lines of the old one stay.
    fn rotate(&mut self) {
        self.take_back_unfinished();
        let unread = self.size.saturating_sub(self.end - self.base);
        if self.start > self.origin() {
            let bytes = self.start - self.origin();
            let gap = Gap { from: self.origin(), bytes, lines: 0, cause: Cause::NotRead };
            self.gaps.insert(self.start, gap);
        }
        let before = self.gaps.remove(&self.end);
        self.base = (self.end / FILE + 1) * FILE;
        let gap = Gap { from: self.end, bytes: unread, lines: 0, cause: Cause::Rotated };
        self.gaps.insert(self.base, before.map_or(gap.clone(), |before| before.and(&gap)));
        (self.end, self.size, self.skips) = (self.base, 0, false);
    }

    /// Drops the line that holds the byte at `from` and all after it.
    fn take_back(&mut self, from: u64) {
        let kept = self.lines.partition_point(|line| line.at <= from).saturating_sub(1);
        self.unfinished.clear();
        match self.lines.get(kept).map(|line| line.at) {
            Some(end) if end <= from => {
                self.lines.truncate(kept);
                self.end = end;
            }
            // Nothing that was read lies before.
            Some(_) | None => {
                self.lines.clear();
                (self.start, self.end, self.skips) = (from, from, from > self.origin());
            }
        }
        let end = self.end;
        self.gaps.retain(|at, _| *at <= end);
    }

    fn take_back_unfinished(&mut self) {
        if !self.unfinished.is_empty() {
            self.end = self.lines.pop_back().map_or(self.end, |line| line.at);
            self.unfinished.clear();
        }
    }

    /// Goes on at `to`, which lies behind what was read.
    fn leave_out(&mut self, to: u64) {
        self.take_back_unfinished();
        let gap = Gap { from: self.end, bytes: to - self.end, lines: 0, cause: Cause::NotRead };
        let before = self.gaps.remove(&self.end);
        self.gaps.insert(to, before.map_or(gap.clone(), |before| before.and(&gap)));
        (self.end, self.skips) = (to, true);
    }

    /// Moves the end of what was read, and with it a gap or a start before which nothing was read.
    fn move_end(&mut self, to: u64) {
        if let Some(gap) = self.gaps.remove(&self.end) {
            self.gaps.insert(to, Gap { bytes: (gap.bytes + to).saturating_sub(self.end), ..gap });
        } else if self.lines.is_empty() && self.gaps.is_empty() {
            self.start = to;
        }
        self.end = to;
    }

    fn append(&mut self, text: &str) {
        let mut text = text;
        if self.skips {
            let (skipped, rest) = text.split_at(text.find('\n').map_or(text.len(), |end| end + 1));
            self.skips = !skipped.ends_with('\n');
            self.move_end(self.end + length(skipped));
            text = rest;
        }
        if text.is_empty() {
            return;
        }
        // The unfinished line is shown already: it is taken back and read again with what follows.
        let mut number = self.next_number();
        let mut at = self.end;
        if !self.unfinished.is_empty()
            && let Some(unfinished) = self.lines.pop_back()
        {
            (at, number) = (unfinished.at, unfinished.number);
        }
        let joined = std::mem::take(&mut self.unfinished) + text;
        for raw in joined.split_inclusive('\n') {
            let is_after_gap = self.gaps.contains_key(&at) && at != self.origin();
            let line =
                LogLine::read(at, raw.strip_suffix('\n').unwrap_or(raw), self.lines.back().filter(|_| !is_after_gap));
            self.lines.push_back(LogLine { number, ..line });
            at += length(raw);
            number = number.map(|number| number + 1);
        }
        self.finished += joined.matches('\n').count() as u64;
        joined.rsplit_once('\n').map_or(joined.as_str(), |(_, rest)| rest).clone_into(&mut self.unfinished);
        self.end = at;
    }

    /// Number of a line that begins at the end.
    fn next_number(&self) -> Option<u64> {
        match self.lines.back() {
            _ if self.end == self.origin() => Some(1),
            Some(last) if !self.gaps.contains_key(&self.end) => last.number.map(|number| number + 1),
            Some(_) | None => None,
        }
    }
}

fn length(text: &str) -> u64 {
    // No platform's addresses are longer than 64 bits.
    text.len() as u64
}

#[cfg(test)]
mod tests;
