//! What a pane shows of a buffer, and how: filter, search, follow, and the window that keeps the document small.

use super::{
    buffer::LogBuffer,
    follow::{Turn, Window, turn},
    items::{Filter, Item, RowKey, hits, items},
    line::LogLine,
    place::Place,
};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// State of a pane; cheap to copy.
#[derive(Clone, Copy)]
pub struct LogView {
    pub buffer: RwSignal<LogBuffer>,
    pub filter: RwSignal<Filter>,
    pub query: RwSignal<String>,
    pub follow: Memo<bool>,
    pub wrap: RwSignal<bool>,
    pub sheet: RwSignal<bool>,
    /// Rows in the document.
    pub shown: Memo<Vec<Shown>>,
    /// Bytes before what was read.
    pub unread_before: Memo<u64>,
    pub has_earlier: Memo<bool>,
    pub has_later: Memo<bool>,
    /// Lines written since the pane stopped to follow.
    pub new_lines: Memo<u64>,
    pub is_empty: Memo<bool>,
    /// Positions of the lines that were found.
    pub hits: Memo<Vec<u64>>,
    /// Position of the line that a link or the search leads to.
    pub current: RwSignal<Option<u64>>,
    /// UTC offset of the executor's clock in milliseconds, if known.
    pub zone: Signal<Option<i64>>,
    /// Address of a line, by its offset.
    link: Callback<u64, String>,
    place: Place,
    /// An older part was asked for.
    has_asked: StoredValue<bool>,
    open: RwSignal<BTreeSet<u64>>,
    window: RwSignal<Window>,
    rows: Memo<Vec<Item>>,
}

/// A row in the document, with all it needs to be drawn once. Its key changes with the zone, which changes the times drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub key: (RowKey, Option<i64>),
    pub item: Item,
    pub line: Option<LogLine>,
}

impl LogView {
    /// A view of `buffer` at its end.
    pub fn new(
        buffer: RwSignal<LogBuffer>,
        zone: Signal<Option<i64>>,
        linked: Signal<Option<u64>>,
        link: Callback<u64, String>,
    ) -> Self {
        let filter = RwSignal::new(Filter::All);
        let query = RwSignal::new(String::new());
        let open = RwSignal::new(BTreeSet::new());
        let window = RwSignal::new(Window::End);
        let hits = Memo::new(move |_| query.with(|q| buffer.with(|b| hits(b, filter.get(), q))));
        let rows =
            Memo::new(move |_| buffer.with(|b| open.with(|open| hits.with(|hits| items(b, filter.get(), open, hits)))));
        let shown = Memo::new(move |_| {
            rows.with(|rows| {
                let range = window.get().range(rows);
                let zone = zone.get();
                buffer.with(|b| rows.get(range).unwrap_or_default().iter().map(|i| Shown::of(b, i, zone)).collect())
            })
        });
        let unread_before = Memo::new(move |_| buffer.with(|b| if b.heard() { b.unread_before() } else { 0 }));
        let view = Self {
            buffer,
            filter,
            query,
            follow: Memo::new(move |_| window.get() == Window::End),
            wrap: RwSignal::new(crate::browser::is_narrow()),
            sheet: RwSignal::new(false),
            shown,
            unread_before,
            has_earlier: Memo::new(move |_| {
                unread_before.get() > 0 || rows.with(|rows| window.get().range(rows).start > 0)
            }),
            has_later: Memo::new(move |_| rows.with(|rows| window.get().hides_later(rows))),
            new_lines: Memo::new(move |_| rows.with(|rows| window.get().new_lines(rows))),
            is_empty: Memo::new(move |_| shown.with(Vec::is_empty)),
            hits,
            current: RwSignal::new(None),
            zone,
            link,
            place: Place::new(),
            has_asked: StoredValue::new(false),
            open,
            window,
            rows,
        };
        view.follow_growth();
        view.follow_link(linked);
        view
    }

    /// Scrolls to what is new, and forgets what was pinned when another log is read.
    fn follow_growth(self) {
        Effect::new(move |_| {
            self.shown.track();
            self.sheet.track();
            self.wrap.track();
            if self.follow.get() {
                self.place.stick(move || self.follow.get_untracked());
            }
        });
        let heard = Memo::new(move |_| self.buffer.with(LogBuffer::heard));
        Effect::new(move |_| {
            if !heard.get() {
                self.move_to(Window::End);
                self.current.set(None);
            }
        });
        // The part that was asked for comes later.
        Effect::new(move |before: Option<u64>| {
            let now = self.unread_before.get();
            if before.is_some_and(|before| now < before) && self.has_asked.get_value() {
                self.has_asked.set_value(false);
                self.show_earlier();
            }
            now
        });
    }

    /// Leads to the line of a link once that was read.
    fn follow_link(self, linked: Signal<Option<u64>>) {
        let reached = StoredValue::new(None::<u64>);
        Effect::new(move |_| {
            let read = |offset| {
                self.buffer.with(|b| b.heard().then(|| b.missing(offset).is_none().then(|| b.position(offset))))
            };
            let Some(offset) = linked.get() else { return };
            match read(offset) {
                // Another log is read from now on.
                None => reached.set_value(None),
                Some(Some(at)) if reached.get_value() != Some(offset) => {
                    reached.set_value(Some(offset));
                    self.stay();
                    // An offset within a line means that line.
                    let line = self
                        .buffer
                        .with_untracked(|b| b.lines().iter().rev().map(|line| line.at).find(|own| *own <= at));
                    if let Some(line) = line {
                        self.go_to(line);
                    }
                }
                Some(_) => {}
            }
        });
    }

    /// Shows the newest rows and stays with them.
    pub fn follow_end(&self) {
        let view = *self;
        self.move_to(Window::End);
        self.place.stick(move || view.follow.get_untracked());
    }

    /// Shows the same rows from now on.
    pub fn stay(&self) {
        self.move_by(|window, rows, end| Some(window.pinned(rows, end)));
    }

    /// Moves the window up; false if it stands at the beginning of what was read.
    pub fn show_earlier(&self) -> bool {
        self.place.keep();
        self.move_by(Window::earlier)
    }

    /// Notes that an older part was asked for. The window moves up into it when it comes.
    pub fn ask_earlier(&self) {
        self.stay();
        self.has_asked.set_value(true);
    }

    /// Moves the window down.
    pub fn show_later(&self) {
        self.place.keep();
        self.move_by(|window, rows, end| Some(window.later(rows, end)));
    }

    /// What the reader's scroll means.
    pub fn scrolled(&self) {
        let Some((before, now)) = self.place.scrolled() else { return };
        match turn(self.follow.get_untracked(), self.has_later.get_untracked(), before, now) {
            Some(Turn::Leave) => self.stay(),
            Some(Turn::Follow) => self.follow_end(),
            None => {}
        }
    }

    /// Shows folded lines, and stays with them.
    pub fn unfold(&self, at: u64) {
        self.keep_place();
        self.stay();
        self.open.update(|open| {
            open.insert(at);
        });
    }

    /// Shows lines of some streams only.
    pub fn choose(&self, filter: Filter) {
        self.keep_place();
        let at = self.in_sight().unwrap_or_default();
        self.filter.set(filter);
        self.move_by(|window, rows, end| Some(window.refilled(rows, end, at)));
    }

    /// Wraps long lines, or does not.
    pub fn wrap_lines(&self, on: bool) {
        self.keep_place();
        self.wrap.set(on);
    }

    /// Fills the window with the pane, or does not.
    pub fn toggle_sheet(&self) {
        self.keep_place();
        let on = !self.sheet.get_untracked();
        self.sheet.set(on);
    }

    /// Keeps what the reader looks at in sight while something else changes.
    pub fn keep_place(&self) {
        if !self.follow.get_untracked() {
            self.place.keep();
        }
    }

    /// Searches, and goes to the newest match; without one everything stays as it is.
    pub fn search(&self, query: String) {
        self.keep_place();
        self.query.set(query);
        if let Some(last) = self.hits.with_untracked(|hits| hits.last().copied()) {
            self.go_to(last);
        }
    }

    /// Goes to the next line found, or to the one before.
    pub fn step(&self, back: bool) {
        let target = self.hits.with_untracked(|hits| {
            let here = self.current.get_untracked().and_then(|at| hits.binary_search(&at).ok());
            let next = match (here, back) {
                (None, _) => hits.len().checked_sub(1)?,
                (Some(n), false) => (n + 1) % hits.len(),
                (Some(n), true) => (n + hits.len() - 1) % hits.len(),
            };
            hits.get(next).copied()
        });
        if let Some(target) = target {
            self.go_to(target);
        }
    }

    /// Where the current line stands among those found: `3 of 17`, for the eye from 1.
    pub fn found(&self) -> (usize, usize) {
        self.hits.with(|hits| {
            let at = self.current.get().and_then(|at| hits.binary_search(&at).ok());
            (at.map_or(0, |n| n + 1), hits.len())
        })
    }

    /// Address of a line; nothing if its file was rotated away.
    pub fn address(&self, at: u64) -> Option<String> {
        let offset = self.buffer.with_untracked(|b| b.offset(at))?;
        Some(self.link.run(offset))
    }

    /// Clicks the first visible button: buttons between lines are not Tab stops.
    pub fn press_first(&self) {
        self.place.press_first();
    }

    /// Position of the line that a key acts on: the current one, or the first in sight.
    pub fn acting(&self) -> Option<u64> {
        self.current.get_untracked().or_else(|| self.in_sight())
    }

    fn in_sight(&self) -> Option<u64> {
        self.place.first_in_sight()?.strip_prefix(LINE)?.parse().ok()
    }

    fn go_to(&self, at: u64) {
        self.current.set(Some(at));
        self.move_by(|window, rows, end| {
            let is_line = |item: &Item| item.at() == at && matches!(item, Item::Line { .. } | Item::Divider { .. });
            Some(window.around(rows, end, rows.iter().position(is_line)?))
        });
        self.place.show(line_id(at));
    }

    fn move_by(&self, change: impl FnOnce(Window, &[Item], u64) -> Option<Window>) -> bool {
        let end = self.buffer.with_untracked(LogBuffer::end);
        let window = self.window.get_untracked();
        let moved = self.rows.with_untracked(|rows| change(window, rows, end));
        if let Some(moved) = moved {
            self.move_to(moved);
        }
        moved.is_some()
    }

    fn move_to(&self, window: Window) {
        let shown = match window {
            Window::End => None,
            Window::Pinned(pinned) => Some((pinned.first, pinned.last)),
        };
        self.buffer.update_untracked(|buffer| buffer.pin(shown));
        if self.window.get_untracked() != window {
            self.window.set(window);
        }
    }
}

impl Shown {
    fn of(buffer: &LogBuffer, item: &Item, zone: Option<i64>) -> Self {
        // The place of a line in the buffer changes when older ones go; what is drawn does not.
        let (own, line) = match item {
            Item::Line { index, at } => (Item::Line { index: 0, at: *at }, buffer.lines().get(*index).cloned()),
            Item::Divider { .. } | Item::Fold(_) | Item::Gap { .. } => (item.clone(), None),
        };
        Self { key: (item.key(buffer), zone), item: own, line }
    }
}

/// Id of a line's element.
pub fn line_id(at: u64) -> String {
    format!("{LINE}{at}")
}

const LINE: &str = "log-line-";
