//! Which lines are given up when there are too many.

use super::{Cause, Gap, LogBuffer};
use std::ops::Range;

/// Lines kept beside those that are pinned; others are let go and can be read again.
pub(super) const MOST_LINES: usize = 20_000;

impl LogBuffer {
    /// Keeps the rows from the first to the second position, however many lines follow, until they are unpinned.
    pub fn pin(&mut self, shown: Option<(u64, u64)>) {
        self.pinned = shown;
    }

    /// Gives up the oldest lines; of pinned ones first those before them, then the oldest after them.
    pub(super) fn evict(&mut self) {
        let shown = self.pinned.map_or(0..0, |(from, to)| {
            let first = self.lines.partition_point(|line| line.at < from);
            first..self.lines.partition_point(|line| line.at <= to).max(first)
        });
        let excess = (self.lines.len() - shown.len()).saturating_sub(MOST_LINES);
        let before = if shown.is_empty() { excess } else { excess.min(shown.start) };
        let after = excess - before;
        self.evict_range(shown.end..shown.end + after);
        self.evict_range(0..before);
    }

    fn evict_range(&mut self, range: Range<usize>) {
        let (Some(from), Some(next)) = (self.lines.get(range.start), self.lines.get(range.end)) else { return };
        let (from, next) = (from.at, next.at);
        if range.is_empty() {
            return;
        }
        if range.start == 0 && next >= self.base {
            // The beginning of the file can be read again at any time.
            self.lines.drain(range);
            self.gaps.retain(|at, _| *at > next);
            self.start = next;
            return;
        }
        let mut gap = Gap { from, bytes: 0, lines: 0, cause: Cause::Evicted };
        if let Some(before) = self.gaps.remove(&from) {
            gap = before;
        }
        for index in range.clone() {
            let at = self.lines[index].at;
            let end = self.lines[index + 1].at;
            let missing = self.gaps.remove(&end);
            let own = missing.as_ref().map_or(end, |missing| missing.from).saturating_sub(at);
            gap = gap.and(&Gap { from: at, bytes: own, lines: 1, cause: Cause::Evicted });
            if let Some(missing) = missing {
                gap = gap.and(&missing);
            }
        }
        if range.start == 0 {
            self.start = next;
        }
        self.lines.drain(range);
        self.gaps.insert(next, gap);
    }
}
