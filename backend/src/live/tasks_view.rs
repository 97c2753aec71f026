//! What a list shows, and which changes its readers must hear of. Pure: no ledger, no clock.

use model::{
    TaskKey, Timestamp,
    dashboard::{Count, Counts, HistoryPage, HistoryQuery, Tab, TaskRow, TasksDelta},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// A run that was known before counts as new on a list if it came to match at most this long before the list was read: what
/// happened then may not have been recorded yet.
const SLACK: Duration = Duration::from_secs(2);
/// Rows followed beyond one page, for readers whose pages were read earlier.
const EARLIER_ROWS: usize = 2000;
/// New matches remembered, so that each is announced once.
const ANNOUNCED: usize = 20_000;

/// One list with all its readers.
#[derive(Debug)]
pub(super) struct TasksView {
    query: HistoryQuery,
    /// Runs that some reader shows, with the revision it has.
    shown: BTreeMap<i64, u64>,
    announced: BTreeSet<i64>,
    /// When the list was first read: later matches are new.
    since: Timestamp,
    /// The last run recorded by then: later ones are new, however long ago they began.
    newest_run: i64,
    counts: Option<(Counts, Count)>,
    waiting: Waiting,
}

#[derive(Debug, Default)]
struct Waiting {
    rows: BTreeMap<i64, TaskRow>,
    new_matches: Vec<TaskKey>,
    counts: Option<Counts>,
}

impl TasksView {
    /// A list that nobody has read yet; `newest_run` is the last run recorded by `now`.
    pub fn new(query: HistoryQuery, now: Timestamp, newest_run: i64) -> Self {
        Self {
            query,
            shown: BTreeMap::new(),
            announced: BTreeSet::new(),
            since: now,
            newest_run,
            counts: None,
            waiting: Waiting::default(),
        }
    }

    /// What is shown.
    pub fn query(&self) -> &HistoryQuery {
        &self.query
    }

    /// A page was read for a new reader. Earlier readers must hear of what differs from what they have.
    pub fn take_page(&mut self, page: &HistoryPage) {
        let first = self.shown.is_empty() && self.announced.is_empty();
        for row in &page.rows {
            if !first {
                self.take_row(row);
            }
            self.shown.insert(row.run_id, row.revision);
        }
        self.counts = Some((page.counts.clone(), page.matching));
    }

    /// Rows that a returning reader may show, beside those of the page.
    pub fn take_shown(&mut self, rows: &[TaskRow]) {
        for row in rows {
            self.shown.insert(row.run_id, row.revision);
        }
    }

    /// Something changed.
    pub fn take_rows(&mut self, rows: &[TaskRow]) {
        for row in rows {
            self.take_row(row);
        }
    }

    fn take_row(&mut self, row: &TaskRow) {
        match self.shown.get_mut(&row.run_id) {
            Some(known) => {
                if row.revision > *known {
                    *known = row.revision;
                    self.waiting.rows.insert(row.run_id, row.clone());
                }
            }
            None => {
                if self.is_new(row) && self.announced.insert(row.run_id) {
                    self.waiting.new_matches.push(row.key.clone());
                }
            }
        }
    }

    /// Whether `row` came to match since the list was first read.
    fn is_new(&self, row: &TaskRow) -> bool {
        self.query.matches(row)
            && (row.run_id > self.newest_run || came_to_match(&self.query, row) >= self.since - SLACK)
    }

    /// Counts were queried.
    pub fn take_counts(&mut self, counts: Counts, matching: Count) {
        let now = Some((counts, matching));
        if self.counts != now {
            self.waiting.counts = now.as_ref().map(|(counts, _)| counts.clone());
            self.counts = now;
        }
    }

    /// What readers have not heard of, if there is anything.
    pub fn take_delta(&mut self) -> Option<TasksDelta> {
        let Waiting { rows, new_matches, counts } = std::mem::take(&mut self.waiting);
        let delta = TasksDelta { rows: rows.into_values().collect(), new_matches, counts };
        (delta != TasksDelta::default()).then_some(delta)
    }

    /// Whether something waits to be told.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.rows.is_empty() || !self.waiting.new_matches.is_empty() || self.waiting.counts.is_some()
    }

    /// Too much is remembered for readers of long ago: all should start afresh.
    pub fn is_overgrown(&self) -> bool {
        self.shown.len() > EARLIER_ROWS + self.query.size as usize || self.announced.len() > ANNOUNCED
    }
}

/// When `row` came to match `query`, as far as the row itself tells.
fn came_to_match(query: &HistoryQuery, row: &TaskRow) -> Timestamp {
    let ended = row.ended.filter(|_| query.tab == Tab::Finished || !query.outcomes.is_empty());
    let entered = row.transitions.last().map(|last| last.at).filter(|_| !query.states.is_empty());
    [Some(row.submitted), ended, entered].into_iter().flatten().max().unwrap_or(row.submitted)
}

#[cfg(test)]
mod tests;
