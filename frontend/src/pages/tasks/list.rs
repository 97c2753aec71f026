//! The rows shown and what is known about them. New rows wait behind a pill unless the reader is at the top and busy
//! with nothing; rows that ended stay until asked away: nothing jumps under the pointer.

use super::list_query::ListQuery;
use crate::{
    api::{LiveView, TasksFrame, use_api},
    browser,
    browser::{OwnedTasks, owned_tasks},
    state::{
        ExecutorNames, Freshness, Merge, Subscription, TaskBoard, set_if_changed, subscribe, use_executor_names,
        use_live,
    },
};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use model::{
    TaskKey,
    dashboard::{Count, Counts, FilterChoices, HistoryPage, HistoryQuery, Tab, TasksDelta},
};

/// At the top of the page new rows come in by themselves, but not more often.
const SETTLE_MS: u32 = 400;

/// The list. Cheap to copy; it lives as long as its page.
#[derive(Clone, Copy)]
pub(super) struct TaskList {
    pub(super) board: TaskBoard,
    /// The run that the keyboard is on.
    pub(super) cursor: RwSignal<Option<i64>>,
    query: ListQuery,
    /// What the rows on the board answer to.
    shown: RwSignal<Option<HistoryQuery>>,
    counts: RwSignal<Counts>,
    matching: RwSignal<Count>,
    choices: RwSignal<FilterChoices>,
    fresh: RwSignal<Vec<TaskKey>>,
    error: RwSignal<Option<String>>,
    /// The pointer or the keyboard is in the table.
    busy: RwSignal<bool>,
    /// How the next snapshot is taken over.
    merge: StoredValue<Merge>,
    settling: StoredValue<bool>,
    arriving: StoredValue<bool>,
    stream: StoredValue<Option<Subscription>>,
    tasks: OwnedTasks,
    names: ExecutorNames,
}

impl TaskList {
    /// A list that follows the query of the URL.
    pub(super) fn following(query: ListQuery) -> Self {
        let list = Self {
            board: TaskBoard::default(),
            cursor: RwSignal::new(None),
            query,
            shown: RwSignal::new(None),
            counts: RwSignal::new(Counts::default()),
            matching: RwSignal::new(Count::default()),
            choices: RwSignal::new(FilterChoices::default()),
            fresh: RwSignal::new(Vec::new()),
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
            merge: StoredValue::new(Merge::Replace),
            settling: StoredValue::new(false),
            arriving: StoredValue::new(false),
            stream: StoredValue::new(None),
            tasks: owned_tasks(),
            names: use_executor_names(),
        };
        let view = Signal::derive(move || LiveView::Tasks(Box::new(query.get())));
        list.stream.set_value(Some(subscribe(view, move |frame| list.take(frame))));
        list.explain_when_lost();
        list.settle_when_quiet();
        list
    }

    /// Whether there is an answer to show. Tracked.
    pub(super) fn is_loaded(&self) -> bool {
        self.shown.with(Option::is_some)
    }

    /// Whether the answer has no rows. Tracked.
    pub(super) fn is_empty(&self) -> bool {
        self.board.order().with(Vec::is_empty)
    }

    /// Why there is nothing to show, if the server did not answer. Tracked.
    pub(super) fn error(&self) -> Option<String> {
        self.error.get()
    }

    /// Whether the rows answer to another query than the URL's, because the answer is on its way. Tracked.
    pub(super) fn is_behind(&self) -> bool {
        self.shown.with(|shown| shown.as_ref() != Some(&self.query.get()))
    }

    /// What the rows shown answer to. Tracked.
    pub(super) fn answered(&self) -> HistoryQuery {
        self.shown.get().unwrap_or_default()
    }

    /// Filtered counts. Tracked when read.
    pub(super) fn counts(&self) -> ReadSignal<Counts> {
        self.counts.read_only()
    }

    /// What the filters offer.
    pub(super) fn choices(&self) -> ReadSignal<FilterChoices> {
        self.choices.read_only()
    }

    /// Name of an executor that a filter offers. Tracked.
    pub(super) fn executor_name(&self, id: &str) -> String {
        let host = self.choices.with(|choices| {
            choices.executors.iter().find(|executor| executor.id.as_str() == id).map(|executor| executor.host.clone())
        });
        self.names.of(id, &host.unwrap_or_default())
    }

    /// Rows of the whole query, over all pages. Tracked.
    pub(super) fn matching(&self) -> Count {
        let query = self.answered();
        let by_tab = query.states.is_empty() && query.outcomes.is_empty();
        if by_tab { self.counts.with(|counts| tab_count(counts, &query.tab)) } else { self.matching.get() }
    }

    /// How many rows wait to be shown, and how many that are shown no longer belong to the list. Tracked.
    pub(super) fn waiting(&self) -> (usize, usize) {
        (self.fresh.with(Vec::len), self.board.departed().with(Vec::len))
    }

    /// Shows what waits, and takes away what has left.
    pub(super) fn reload(&self) {
        self.error.set(None);
        self.restart(Merge::Replace);
    }

    /// Notes whether the pointer or the keyboard is in the table.
    pub(super) fn set_busy(&self, busy: bool) {
        if self.busy.try_get_untracked().is_some_and(|now| now != busy) {
            self.busy.set(busy);
        }
    }

    /// Whether rows that are built now came in while the page was open.
    pub(super) fn are_arriving(&self) -> bool {
        self.arriving.get_value()
    }

    fn restart(&self, merge: Merge) {
        self.merge.set_value(merge);
        if let Some(stream) = self.stream.get_value() {
            stream.restart();
        }
    }

    fn take(&self, frame: TasksFrame) {
        match frame {
            TasksFrame::Page(page) => self.show(*page),
            TasksFrame::Delta(delta) => self.apply(delta),
        }
    }

    fn show(&self, page: HistoryPage) {
        let query = self.query.peek();
        let same = self.shown.with_untracked(|shown| shown.as_ref() == Some(&query));
        // A snapshot that nobody asked for comes after a reconnect: what ended meanwhile stays, too.
        let merge = if same { self.merge.get_value() } else { Merge::Replace };
        self.merge.set_value(Merge::KeepDeparted);
        self.arriving.set_value(same);
        self.board.apply_page(page.rows, merge);
        set_if_changed(&self.counts, page.counts);
        set_if_changed(&self.matching, page.matching);
        set_if_changed(&self.choices, page.choices);
        set_if_changed(&self.fresh, Vec::new());
        set_if_changed(&self.error, None);
        set_if_changed(&self.shown, Some(query));
    }

    fn apply(&self, delta: TasksDelta) {
        let query = self.query.peek();
        self.board.update(delta.rows, |row| query.matches(row));
        if let Some(counts) = delta.counts {
            set_if_changed(&self.counts, counts);
        }
        // Frames are shared by all readers of a query, so some of these may be on the board already.
        let is_known = |key: &TaskKey| self.fresh.with_untracked(|fresh| fresh.contains(key));
        let unseen: Vec<_> = delta.new_matches.into_iter().filter(|key| !is_known(key) && !self.shows(key)).collect();
        if !unseen.is_empty() {
            self.fresh.update(|fresh| fresh.extend(unseen));
        }
    }

    fn shows(&self, key: &TaskKey) -> bool {
        let departed = self.board.departed().get_untracked();
        self.board.order().with_untracked(|order| {
            order.iter().any(|run| {
                !departed.contains(run)
                    && self.board.row(*run).is_some_and(|row| row.with_untracked(|row| row.key == *key))
            })
        })
    }

    /// A stream does not tell why it failed. While there is nothing to show, the same question is asked by a request.
    fn explain_when_lost(self) {
        let (freshness, api) = (use_live().freshness(), use_api());
        Effect::new(move |_| {
            let lost = match freshness.get() {
                Freshness::Live => false,
                Freshness::Connecting | Freshness::Reconnecting | Freshness::Stale { .. } => true,
            };
            if !lost || self.shown.with_untracked(Option::is_some) {
                return;
            }
            let (api, query) = (api.clone(), self.query.peek());
            self.tasks.spawn(async move {
                // Most streams open at once; only then would asking twice be a waste.
                TimeoutFuture::new(2_000).await;
                if self.shown.with_untracked(Option::is_some) {
                    return;
                }
                match api.history(&query).await {
                    Ok(page) if self.shown.with_untracked(Option::is_none) => self.show(page),
                    Ok(_) => {}
                    Err(error) => self.error.set(Some(error.to_string())),
                }
            });
        });
    }

    /// At the top of the first page, with nothing going on in the table, new rows come in by themselves.
    fn settle_when_quiet(self) {
        Effect::new(move |_| {
            let waits = self.fresh.with(|fresh| !fresh.is_empty());
            if waits && !self.busy.get() && !self.settling.get_value() {
                self.settling.set_value(true);
                self.tasks.spawn(async move {
                    self.settle();
                    TimeoutFuture::new(SETTLE_MS).await;
                    self.settling.set_value(false);
                    self.settle();
                });
            }
        });
    }

    fn settle(&self) {
        let waits = self.fresh.with_untracked(|fresh| !fresh.is_empty());
        if waits && !self.busy.get_untracked() && browser::is_at_top() && self.query.peek().page == 1 {
            self.restart(Merge::KeepDeparted);
        }
    }
}

/// Rows of a tab.
pub(super) fn tab_count(counts: &Counts, tab: &Tab) -> Count {
    match tab {
        Tab::Active => counts.active,
        Tab::Finished => counts.finished,
        Tab::All | Tab::Other(_) => {
            Count { n: counts.active.n + counts.finished.n, more: counts.active.more || counts.finished.more }
        }
    }
}
