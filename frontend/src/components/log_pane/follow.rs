//! Whether the pane follows the end, and which rows are in the document. Pure.

use super::items::Item;
use crate::browser::Scroll;
use std::ops::Range;

/// Most rows in the document.
pub const MOST_ROWS: usize = 600;
/// Most rows in the document while the pane follows: all of them are drawn anew when many lines come at once.
pub const MOST_FOLLOWED: usize = 200;
/// Rows that "earlier" and "later" move the window by.
const STEP: usize = 400;
/// So near to the end, in px, counts as the end.
const AT_END: i32 = 24;

/// The rows that are in the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// The newest, as they come: the pane follows.
    #[default]
    End,
    /// Always the same.
    Pinned(Pinned),
}

/// Rows that stay as they are, whatever is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// Position of the first row.
    pub first: u64,
    /// Last position that belongs to these rows.
    pub last: u64,
    /// The last row was the newest when the rows were pinned.
    pub is_tail: bool,
    /// What lies here or later is new to the reader.
    pub seen: u64,
}

impl Window {
    /// Which of `rows` are in the document.
    pub fn range(self, rows: &[Item]) -> Range<usize> {
        match self {
            Self::End => rows.len().saturating_sub(MOST_FOLLOWED)..rows.len(),
            Self::Pinned(Pinned { first, last, .. }) => {
                let from = rows.partition_point(|row| row.at() < first);
                from..rows.partition_point(|row| row.at() <= last).clamp(from, from + MOST_ROWS)
            }
        }
    }

    /// The same rows, pinned. `end` is the position after all rows.
    pub fn pinned(self, rows: &[Item], end: u64) -> Self {
        match self {
            Self::End => self.at(rows, self.range(rows), end),
            Self::Pinned(_) => self,
        }
    }

    /// The window moved up; nothing if it begins with the first row.
    pub fn earlier(self, rows: &[Item], end: u64) -> Option<Self> {
        let Range { start, end: after } = self.range(rows);
        let from = start.saturating_sub(STEP);
        (start > 0).then(|| self.at(rows, from..after.min(from + MOST_ROWS), end))
    }

    /// The window moved down, up to the newest row.
    pub fn later(self, rows: &[Item], end: u64) -> Self {
        let to = (self.range(rows).end + STEP).min(rows.len());
        self.at(rows, to.saturating_sub(MOST_ROWS)..to, end)
    }

    /// The window, moved if needed so that it holds `row`.
    pub fn around(self, rows: &[Item], end: u64, row: usize) -> Self {
        let shown = self.range(rows);
        self.at(rows, if shown.contains(&row) { shown } else { Self::middle(rows, row) }, end)
    }

    /// How many lines were written since the rows were pinned.
    pub fn new_lines(self, rows: &[Item]) -> u64 {
        match self {
            Self::End => 0,
            Self::Pinned(Pinned { seen, .. }) => {
                rows.iter().rev().take_while(|row| row.at() >= seen).map(Item::lines).sum()
            }
        }
    }

    /// Whether there are rows below that were there when the window was pinned, so that its end is not the log's.
    pub fn hides_later(self, rows: &[Item]) -> bool {
        match self {
            Self::End => false,
            Self::Pinned(pinned) => {
                let shown = self.range(rows);
                let is_cut = rows.get(shown.end).is_some_and(|next| next.at() <= pinned.last);
                shown.end < rows.len() && (is_cut || !pinned.is_tail)
            }
        }
    }

    /// Rows around the position `at`, after a change of what the rows are.
    pub fn refilled(self, rows: &[Item], end: u64, at: u64) -> Self {
        match self {
            Self::End => self,
            Self::Pinned(_) => self.at(rows, Self::middle(rows, rows.partition_point(|row| row.at() < at)), end),
        }
    }

    fn middle(rows: &[Item], row: usize) -> Range<usize> {
        let to = (row + MOST_ROWS / 2).clamp(MOST_ROWS.min(rows.len()), rows.len());
        to.saturating_sub(MOST_ROWS)..to
    }

    fn at(self, rows: &[Item], range: Range<usize>, end: u64) -> Self {
        let is_tail = range.end == rows.len();
        let seen = match self {
            Self::Pinned(pinned) if !is_tail => pinned.seen,
            Self::Pinned(_) | Self::End => end,
        };
        let first = rows.get(range.start).map_or(0, Item::at);
        let last = rows.get(range.end).map_or(end, Item::at).saturating_sub(1);
        Self::Pinned(Pinned { first, last, is_tail, seen })
    }
}

/// What a scroll of the reader means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The reader wants to stay here.
    Leave,
    /// The reader wants to see what comes.
    Follow,
}

/// What the scroll from `before` to `now` means. `before` holds what the pane itself scrolled to after the rows changed
/// last, and the browser moves nothing (`overflow-anchor: none`) but to the end if that came nearer: so growth never looks
/// like a scroll.
pub fn turn(is_following: bool, hides_later: bool, before: Scroll, now: Scroll) -> Option<Turn> {
    let moved = now.above - before.above;
    if is_following {
        (moved < -1 && now.below > 1).then_some(Turn::Leave)
    } else {
        (moved > 0 && now.below <= AT_END && !hides_later).then_some(Turn::Follow)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            buffer::{Cause, LogBuffer},
            items::{Filter, items},
        },
        *,
    };
    use model::dashboard::LogFrame;
    use std::collections::BTreeSet;

    fn rows(range: Range<usize>) -> Vec<Item> {
        range.map(|index| Item::Line { index, at: index as u64 * 10 }).collect()
    }

    fn scroll(above: i32, below: i32) -> Scroll {
        Scroll { above, below }
    }

    #[test]
    fn growth_does_not_end_follow() {
        let end = scroll(9_000, 0);
        assert_eq!(turn(true, false, end, scroll(9_000, 160)), None, "rows were added");
        assert_eq!(turn(true, false, end, scroll(8_955, 0)), None, "a tall row went");
        assert_eq!(turn(true, false, end, scroll(0, 0)), None, "a filter left nothing to scroll");
    }

    #[test]
    fn scrolling_up_ends_follow_and_scrolling_to_the_end_begins_it() {
        let end = scroll(9_000, 0);
        assert_eq!(turn(true, false, end, scroll(8_990, 10)), Some(Turn::Leave));
        assert_eq!(turn(true, false, end, scroll(8_600, 560)), Some(Turn::Leave), "while rows are added");
        assert_eq!(turn(true, false, end, scroll(8_600, 340)), Some(Turn::Leave), "while rows go");
        assert_eq!(turn(false, false, scroll(8_900, 100), scroll(8_990, 10)), Some(Turn::Follow));
        assert_eq!(turn(false, false, scroll(8_900, 100), scroll(8_950, 50)), None);
        assert_eq!(turn(false, false, scroll(9_000, 0), scroll(8_990, 10)), None, "the scroll that left the end");
        assert_eq!(turn(false, true, scroll(8_900, 100), end), None, "there is more below");
    }

    #[test]
    fn pinned_rows_stay_whatever_is_written_or_evicted() {
        let window = Window::End.pinned(&rows(0..1_000), 10_000);
        assert_eq!(window.range(&rows(0..1_000)), 800..1_000);
        assert_eq!(window.range(&rows(0..5_000)), 800..1_000);
        assert_eq!(window.range(&rows(300..5_000)), 500..700, "the same rows, at other places");
        assert_eq!((window.new_lines(&rows(0..1_120)), window.hides_later(&rows(0..1_120))), (120, false));
        assert_eq!(Window::End.range(&rows(0..5_000)), 4_800..5_000);
        assert_eq!(Window::End.new_lines(&rows(0..5_000)), 0);
    }

    #[test]
    fn pinned_rows_stay_and_every_line_is_counted_through_bursts_and_rotations() {
        let mut buffer = LogBuffer::default();
        let (mut written, mut from) = (0, 0);
        let mut write = |buffer: &mut LogBuffer, count: usize, rotated: bool| {
            let text: String = (written..written + count).map(|line| format!("event {line:06}\n")).collect();
            written += count;
            from = if rotated { 0 } else { from };
            let to = from + text.len() as u64;
            let frame = LogFrame { file: "output.log".into(), from, to, text, size: to, ..LogFrame::default() };
            buffer.take(LogFrame { rotated, ..frame });
            from = to;
        };
        let rows = |buffer: &LogBuffer| items(buffer, Filter::All, &BTreeSet::new(), &[]);
        write(&mut buffer, 1_000, false);
        let before = rows(&buffer);
        let window = Window::End.pinned(&before, buffer.end());
        let Window::Pinned(pinned) = window else { panic!("pinned rows follow nothing") };
        buffer.pin(Some((pinned.first, pinned.last)));
        let keys = |buffer: &LogBuffer, rows: &[Item]| rows.iter().map(|row| row.key(buffer)).collect::<Vec<_>>();
        let shown = keys(&buffer, &before[window.range(&before)]);
        for tick in 1..=200 {
            write(&mut buffer, 450, tick % 60 == 0);
            let now = rows(&buffer);
            assert!(keys(&buffer, &now[window.range(&now)]) == shown, "other rows at tick {tick}");
            assert!(now.len() < 22_000);
            assert_eq!(window.new_lines(&now), tick * 450, "evicted lines are counted too");
        }
        assert!(rows(&buffer).iter().any(|row| matches!(row, Item::Gap { gap, .. } if gap.cause == Cause::Rotated)));
    }

    #[test]
    fn earlier_and_later_overlap_what_was_shown() {
        let all = rows(0..1_500);
        let up = Window::End.earlier(&all, 15_000).unwrap();
        assert_eq!((up.range(&all), up.hides_later(&all)), (900..1_500, false));
        let top = (0..3).fold(up, |up, _| up.earlier(&all, 15_000).unwrap());
        assert_eq!((top.range(&all), top.earlier(&all, 15_000)), (0..600, None));
        let more = rows(0..1_600);
        assert_eq!(top.new_lines(&more), 100);
        let down = (0..3).fold(top, |window, _| window.later(&more, 16_000));
        assert_eq!((down.range(&more), down.hides_later(&more), down.new_lines(&more)), (1_000..1_600, false, 0));
    }

    #[test]
    fn a_search_moves_the_window_only_to_what_is_not_shown() {
        let all = rows(0..5_000);
        assert_eq!(Window::End.around(&all, 50_000, 4_900).range(&all), 4_800..5_000);
        assert_eq!(Window::End.around(&all, 50_000, 2_000).range(&all), 1_700..2_300);
        assert_eq!(Window::End.around(&all, 50_000, 3).range(&all), 0..600);
    }

    #[test]
    fn another_filter_shows_rows_around_the_same_place() {
        let pinned = Window::End.pinned(&rows(0..5_000), 50_000);
        let few: Vec<Item> = rows(0..5_000).into_iter().step_by(100).collect();
        let window = pinned.refilled(&few, 50_000, 47_000);
        assert_eq!(window.range(&few), 0..50);
        assert_eq!(window.refilled(&rows(0..5_000), 50_000, 47_000).range(&rows(0..5_000)), 4_400..5_000);
        assert_eq!(window.refilled(&rows(0..5_000), 50_000, 20_000).range(&rows(0..5_000)), 1_700..2_300);
        assert_eq!(Window::End.refilled(&few, 50_000, 0), Window::End);
    }

    #[test]
    fn lines_that_were_folded_do_not_flood_the_document() {
        let window = Window::End.pinned(&[Item::Line { index: 0, at: 0 }, Item::Line { index: 1, at: 90_000 }], 90_010);
        let all = rows(0..9_001);
        assert_eq!((window.range(&all), window.hides_later(&all)), (0..600, true));
    }
}
