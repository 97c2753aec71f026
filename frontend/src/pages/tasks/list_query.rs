#[cfg(test)]
mod addresses;

use crate::routes::{Paths, Replace, history_query, use_go, use_paths};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::{
    Outcome, TaskState,
    dashboard::{HistoryQuery, SortKey, Tab},
};

type Go = Box<dyn Fn(&str, Replace)>;

/// What the list is asked for: read from the URL, and changed by going to another URL.
#[derive(Clone, Copy)]
pub(super) struct ListQuery {
    query: Memo<HistoryQuery>,
    paths: StoredValue<Paths>,
    go: StoredValue<Go, LocalStorage>,
}

impl ListQuery {
    pub(super) fn from_url() -> Self {
        let search = use_location().search;
        let go: Go = Box::new(use_go());
        Self {
            query: Memo::new(move |_| search.with(|search| history_query(search))),
            paths: StoredValue::new(use_paths()),
            go: StoredValue::new_local(go),
        }
    }

    /// The query as it is. Tracked.
    pub(super) fn get(&self) -> HistoryQuery {
        self.query.get()
    }

    /// Part of the query, notified only when that part changes.
    pub(super) fn part<T: PartialEq + Send + Sync + 'static>(
        &self,
        read: impl Fn(&HistoryQuery) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        let query = self.query;
        Memo::new(move |_| query.with(&read))
    }

    /// The query as it is, not tracked.
    pub(super) fn peek(&self) -> HistoryQuery {
        self.query.get_untracked()
    }

    /// Address of the list as `query` asks.
    pub(super) fn address(&self, query: &HistoryQuery) -> String {
        self.paths.with_value(|paths| paths.tasks(query))
    }

    /// Goes to the first page of the list with something changed.
    pub(super) fn change(&self, replace: Replace, change: impl FnOnce(&mut HistoryQuery)) {
        let query = changed(self.peek(), change);
        if query != self.peek() {
            self.go.with_value(|go| go(&self.address(&query), replace));
        }
    }
}

/// The first page of `query` with something changed.
pub(super) fn changed(mut query: HistoryQuery, change: impl FnOnce(&mut HistoryQuery)) -> HistoryQuery {
    change(&mut query);
    on_page(&query, 1)
}

/// Another page of `query`.
pub(super) fn on_page(query: &HistoryQuery, page: u32) -> HistoryQuery {
    HistoryQuery { page, after: None, ..query.clone() }
}

/// Moves to another tab; filters that could match nothing there are dropped.
pub(super) fn open_tab(query: &mut HistoryQuery, tab: Tab) {
    match tab {
        Tab::Active => query.outcomes.clear(),
        Tab::Finished => query.states.clear(),
        Tab::All | Tab::Other(_) => {}
    }
    query.tab = tab;
}

/// Adds or removes a state; states and outcomes exclude each other, so the other filter goes.
pub(super) fn toggle_state(query: &mut HistoryQuery, state: &TaskState) {
    toggle(&mut query.states, state);
    if !query.states.is_empty() {
        query.outcomes.clear();
    }
}

/// Adds or removes an outcome; see [`toggle_state`].
pub(super) fn toggle_outcome(query: &mut HistoryQuery, outcome: &Outcome) {
    toggle(&mut query.outcomes, outcome);
    if !query.outcomes.is_empty() {
        query.states.clear();
    }
}

/// Adds or removes an entry.
pub(super) fn toggle<T: PartialEq + Clone>(entries: &mut Vec<T>, entry: &T) {
    let before = entries.len();
    entries.retain(|known| known != entry);
    if entries.len() == before {
        entries.push(entry.clone());
    }
}

/// Sorts by `key`: from its natural end first, the other way round when it is pressed again.
pub(super) fn sort_by(query: &mut HistoryQuery, key: &SortKey) {
    query.descending = if query.sort == *key { !query.descending } else { starts_descending(key) };
    query.sort = key.clone();
}

/// Numbers and times begin with the largest, names with A.
fn starts_descending(key: &SortKey) -> bool {
    match key {
        SortKey::Submitted | SortKey::Took | SortKey::Ended | SortKey::Cores | SortKey::Memory => true,
        SortKey::App | SortKey::Id | SortKey::Status | SortKey::Executor | SortKey::Other(_) => false,
    }
}

/// Takes every filter away, and keeps tab and sort.
pub(super) fn clear_filters(query: &mut HistoryQuery) {
    *query = HistoryQuery {
        tab: query.tab.clone(),
        sort: query.sort.clone(),
        descending: query.descending,
        size: query.size,
        ..HistoryQuery::default()
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_begins_on_the_first_page() {
        let third = HistoryQuery { page: 3, ..HistoryQuery::default() };
        assert_eq!(changed(third, |q| toggle_state(q, &TaskState::Running)).page, 1);
    }

    #[test]
    fn a_tab_drops_filters_that_match_nothing_there() {
        let mut query = HistoryQuery { tab: Tab::All, outcomes: vec![Outcome::Failed], ..HistoryQuery::default() };
        open_tab(&mut query, Tab::Active);
        assert!(query.outcomes.is_empty());
    }

    #[test]
    fn states_and_outcomes_exclude_each_other() {
        let mut query = HistoryQuery::default();
        toggle_state(&mut query, &TaskState::Running);
        toggle_outcome(&mut query, &Outcome::Failed);
        assert_eq!((query.states.len(), query.outcomes.len()), (0, 1));
        toggle_outcome(&mut query, &Outcome::Failed);
        assert!(query.outcomes.is_empty());
    }

    #[test]
    fn a_column_starts_from_its_natural_end() {
        let mut query = HistoryQuery::default();
        sort_by(&mut query, &SortKey::Id);
        assert!(!query.descending);
        sort_by(&mut query, &SortKey::Id);
        assert!(query.descending);
        sort_by(&mut query, &SortKey::Took);
        assert!(query.descending);
    }
}
