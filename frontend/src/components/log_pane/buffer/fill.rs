//! Reading what was left out.

use super::{Cause, Gap, LogBuffer, length};
use model::dashboard::LogFrame;

impl LogBuffer {
    /// Takes an older part, which must end where a gap ends or where everything begins.
    pub fn fill(&mut self, frame: &LogFrame) {
        let (from, to) = (self.base + frame.from, self.base + frame.to);
        let floor = match self.gaps.get(&to) {
            Some(gap) => gap.from,
            None if to == self.start => self.origin(),
            None => return,
        };
        if frame.file != self.file || from >= to || floor < self.base {
            return;
        }
        // A read may begin a little earlier than asked, so as not to begin within a character.
        let early = usize::try_from(floor.saturating_sub(from)).unwrap_or(usize::MAX);
        let Some(text) = frame.text.get(early..) else { return };
        let part = self.stretch(from.max(floor), from > floor, text);
        if part.lines.is_empty() {
            return;
        }
        let begin = part.start;
        let read = part.lines.len() as u64;
        if let Some(gap) = self.gaps.remove(&to) {
            if begin > floor {
                let lines = gap.lines.saturating_sub(read);
                self.gaps.insert(begin, Gap { bytes: begin - floor, lines, ..gap });
            }
        } else {
            self.start = begin;
        }
        self.insert(part, to);
    }

    /// Takes the end of the file that was rotated away last, from where it was left. `frame` is of its new name; offsets
    /// are the old ones.
    pub fn fill_rotated(&mut self, frame: &LogFrame) {
        let Some(left) = self.left_by_rotation() else { return };
        let Some(gap) = self.gaps.get(&self.base).cloned() else { return };
        if frame.from != left || frame.size < left {
            return;
        }
        // Only whole lines, unless the file ends without one.
        let is_end = frame.to == frame.size;
        let text = match is_end {
            true => frame.text.as_str(),
            false => frame.text.split_at(frame.text.rfind('\n').map_or(0, |end| end + 1)).0,
        };
        let read = if is_end { frame.to - left } else { length(text) };
        let part = self.stretch(gap.from, false, text);
        let rest = Gap { from: gap.from + read, bytes: frame.size - left - read, lines: 0, cause: Cause::RotatedKnown };
        self.gaps.insert(self.base, rest);
        self.insert(part, self.base);
    }

    /// The lines of a text that begins at a position.
    fn stretch(&self, from: u64, skips: bool, text: &str) -> Self {
        let mut part =
            Self { start: from, end: from, base: self.base, part: self.part, skips, heard: true, ..Self::default() };
        part.append(text);
        part
    }

    /// Puts the lines of `part` before the position `to`.
    fn insert(&mut self, mut part: Self, to: u64) {
        let index = self.lines.partition_point(|line| line.at < to);
        let mut later = self.lines.split_off(index);
        if let Some(last) = part.lines.back() {
            // A line that the executor's format did not begin belongs to the one before, which is known only now.
            for line in later.iter_mut().take_while(|line| line.time.clock.is_empty()) {
                line.stream = last.stream;
            }
        }
        self.lines.append(&mut part.lines);
        self.lines.append(&mut later);
        self.renumber();
    }

    /// Numbers the lines that follow a numbered one, up to a gap of unknown length.
    fn renumber(&mut self) {
        let origin = self.origin();
        let mut before = None::<u64>;
        for line in &mut self.lines {
            let next = match self.gaps.get(&line.at) {
                _ if line.at == origin => Some(1),
                Some(gap) if gap.cause != Cause::Evicted => None,
                Some(gap) => before.map(|number| number + gap.lines + 1),
                None => before.map(|number| number + 1),
            };
            line.number = next.or(line.number);
            before = line.number;
        }
    }
}
