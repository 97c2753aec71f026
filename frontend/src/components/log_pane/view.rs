//! What a pane shows of a buffer, and how: filter, search, follow, and the window that keeps the document small.

use super::{
    buffer::LogBuffer,
    items::{Filter, Item, hits, items},
    line::LogLine,
};
use crate::browser::{OwnedFrames, owned_frames};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// Most rows in the document.
const WINDOW: usize = 600;
/// Rows that "earlier" and "later" move the window by.
const STEP: usize = 400;

/// State of a pane; cheap to copy.
#[derive(Clone, Copy)]
pub struct LogView {
    pub buffer: RwSignal<LogBuffer>,
    pub filter: RwSignal<Filter>,
    pub query: RwSignal<String>,
    pub follow: RwSignal<bool>,
    pub wrap: RwSignal<bool>,
    pub sheet: RwSignal<bool>,
    /// Rows in the document.
    pub shown: Memo<Vec<Shown>>,
    pub has_earlier: Memo<bool>,
    pub has_later: Memo<bool>,
    pub is_empty: Memo<bool>,
    /// Offsets of the lines that were found.
    pub hits: Memo<Vec<u64>>,
    /// The line that a link or the search leads to.
    pub current: RwSignal<Option<u64>>,
    /// Address of a line, by its offset.
    pub link: Callback<u64, String>,
    frames: OwnedFrames,
    /// How many rows there were when an older part was asked for.
    asked_at: StoredValue<Option<usize>>,
    open: RwSignal<BTreeSet<u64>>,
    /// Index after the last row shown; the end of all if absent.
    end: RwSignal<Option<usize>>,
    rows: Memo<Vec<Item>>,
}

/// A row in the document, with all it needs to be drawn once.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub key: (u64, usize),
    pub item: Item,
    pub line: Option<LogLine>,
    pub number: Option<u64>,
}

impl LogView {
    /// A view of `buffer` at its end.
    pub fn new(buffer: RwSignal<LogBuffer>, linked: Signal<Option<u64>>, link: Callback<u64, String>) -> Self {
        let filter = RwSignal::new(Filter::All);
        let query = RwSignal::new(String::new());
        let open = RwSignal::new(BTreeSet::new());
        let end = RwSignal::new(None::<usize>);
        let current = RwSignal::new(linked.get_untracked());
        let searching = Memo::new(move |_| query.with(|q| !q.is_empty()));
        let rows = Memo::new(move |_| buffer.with(|b| open.with(|open| items(b, filter.get(), open, searching.get()))));
        let bounds = Memo::new(move |_| {
            let len = rows.with(Vec::len);
            let end = end.get().map_or(len, |end| end.min(len));
            (end.saturating_sub(WINDOW), end, len)
        });
        let shown = Memo::new(move |_| {
            let (from, to, _) = bounds.get();
            rows.with(|rows| {
                buffer.with(|b| rows.get(from..to).unwrap_or_default().iter().map(|i| Shown::of(b, i)).collect())
            })
        });
        let hits = Memo::new(move |_| query.with(|q| rows.with(|rows| buffer.with(|b| hits(b, rows, q)))));
        let follow = RwSignal::new(linked.get_untracked().is_none());
        let view = Self {
            buffer,
            filter,
            query,
            follow,
            wrap: RwSignal::new(crate::browser::is_narrow()),
            sheet: RwSignal::new(false),
            shown,
            has_earlier: Memo::new(move |_| bounds.get().0 > 0 || buffer.with(|b| !b.has_beginning() && b.heard())),
            has_later: Memo::new(move |_| {
                let (_, to, len) = bounds.get();
                to < len
            }),
            is_empty: Memo::new(move |_| shown.with(Vec::is_empty)),
            hits,
            current,
            link,
            frames: owned_frames(),
            asked_at: StoredValue::new(None),
            open,
            end,
            rows,
        };
        // A link leads to its line once that was read.
        let reached = StoredValue::new(None::<u64>);
        Effect::new(move |_| {
            let Some(at) = linked.get() else { return };
            let is_read = buffer.with(|b| b.heard() && b.start() <= at);
            if is_read && reached.get_value() != Some(at) {
                reached.set_value(Some(at));
                view.follow.set(false);
                // An offset within a line means that line.
                let line = buffer.with_untracked(|b| b.lines().iter().rev().map(|line| line.at).find(|own| *own <= at));
                view.go_to(line);
            }
        });
        view
    }

    /// Shows the newest rows and stays with them.
    pub fn follow_end(&self) {
        self.end.set(None);
        self.follow.set(true);
    }

    /// Moves the window up; false if it stands at the beginning of what was read.
    pub fn show_earlier(&self) -> bool {
        self.follow.set(false);
        let len = self.rows.with_untracked(Vec::len);
        let end = self.end.get_untracked().map_or(len, |end| end.min(len));
        if end <= WINDOW {
            return false;
        }
        let first = self.shown.with_untracked(|shown| shown.iter().find_map(|s| s.line.as_ref().map(|line| line.at)));
        self.end.set(Some((end - STEP).max(WINDOW)));
        // What was first stays in sight, so that the reader knows where the older lines end.
        if let Some(at) = first {
            self.frames.request(move || crate::browser::scroll_to_id(&line_id(at)));
        }
        true
    }

    /// Notes that an older part was asked for.
    pub fn ask_earlier(&self) {
        self.asked_at.set_value(Some(self.rows.with_untracked(Vec::len)));
    }

    /// Moves the window up into the older part that was asked for, now that it came.
    pub fn came_earlier(&self) {
        let Some(asked_at) = self.asked_at.try_update_value(Option::take).flatten() else { return };
        let more = self.rows.with_untracked(Vec::len).saturating_sub(asked_at);
        if let Some(end) = self.end.get_untracked() {
            self.end.set(Some(end + more));
        }
        self.show_earlier();
    }

    /// Moves the window down.
    pub fn show_later(&self) {
        let len = self.rows.with_untracked(Vec::len);
        let end = self.end.get_untracked().map_or(len, |end| end + STEP);
        self.end.set((end < len).then_some(end));
    }

    /// Shows folded lines.
    pub fn unfold(&self, at: u64) {
        self.open.update(|open| {
            open.insert(at);
        });
    }

    /// Searches from the beginning; what is written goes on, but the pane stays where the reader looks.
    pub fn search(&self, query: String) {
        if !query.is_empty() {
            self.follow.set(false);
        }
        self.query.set(query);
        let first = self.hits.with_untracked(|hits| hits.last().copied());
        self.go_to(first);
    }

    /// Goes to the next line found, or to the one before.
    pub fn step(&self, back: bool) {
        let target = self.hits.with_untracked(|hits| {
            let here = self.current.get_untracked().and_then(|at| hits.iter().position(|hit| *hit == at));
            let next = match (here, back) {
                (None, _) => hits.len().checked_sub(1)?,
                (Some(n), false) => (n + 1) % hits.len(),
                (Some(n), true) => (n + hits.len() - 1) % hits.len(),
            };
            hits.get(next).copied()
        });
        self.go_to(target);
    }

    /// Where the current line stands among those found: `3 of 17`, for the eye from 1.
    pub fn position(&self) -> (usize, usize) {
        self.hits.with(|hits| {
            let at = self.current.get().and_then(|at| hits.iter().position(|hit| *hit == at));
            (at.map_or(0, |n| n + 1), hits.len())
        })
    }

    fn go_to(&self, target: Option<u64>) {
        self.current.set(target);
        let Some(at) = target else { return };
        let row = self.rows.with_untracked(|rows| {
            self.buffer
                .with_untracked(|b| rows.iter().position(|item| item.key(b).0 == at && !matches!(item, Item::Fold(_))))
        });
        if let Some(row) = row {
            let len = self.rows.with_untracked(Vec::len);
            let end = self.end.get_untracked().map_or(len, |end| end.min(len));
            if row >= end || row < end.saturating_sub(WINDOW) {
                self.end.set(Some((row + WINDOW / 2).clamp(WINDOW.min(len), len)));
            }
            self.frames.request(move || crate::browser::scroll_to_id(&line_id(at)));
        }
    }
}

impl Shown {
    fn of(buffer: &LogBuffer, item: &Item) -> Self {
        let (line, number) = match item {
            Item::Line(index) => (buffer.lines().get(*index).cloned(), buffer.number(*index)),
            Item::Divider { .. } | Item::Fold(_) => (None, None),
        };
        // The place of a line in the buffer changes when older ones go; what is drawn does not.
        let own = if line.is_some() { Item::Line(0) } else { item.clone() };
        Self { key: item.key(buffer), item: own, line, number }
    }
}

/// Id of a line's element.
pub fn line_id(at: u64) -> String {
    format!("log-{at}")
}
