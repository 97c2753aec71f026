#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use model::{
    Outcome, Source, TaskState, Transition,
    dashboard::{FilterChoices, Phase},
};

const BASE: Timestamp = Timestamp(1_000_000);
/// The last run recorded before a list is read.
const NEWEST: i64 = 50;

fn row(run_id: i64, revision: u64, submitted: i64) -> TaskRow {
    TaskRow {
        run_id,
        key: TaskKey::new("APP", format!("T-{run_id}")),
        run: 1,
        phase: Phase::Active,
        state: Some(TaskState::Running),
        cores: 1,
        memory_mb: 64,
        submitted: Timestamp(submitted),
        updated: Timestamp(submitted),
        revision,
        ..TaskRow::default()
    }
}

fn page(rows: Vec<TaskRow>, revision: u64) -> HistoryPage {
    HistoryPage {
        query: HistoryQuery::default(),
        rows,
        matching: Count::default(),
        counts: Counts::default(),
        choices: FilterChoices::default(),
        next: None,
        revision,
        now: BASE,
    }
}

fn list(query: HistoryQuery, rows: Vec<TaskRow>) -> TasksView {
    let mut view = TasksView::new(query, BASE, NEWEST);
    view.take_page(&page(rows, 10));
    assert_eq!(view.take_delta(), None);
    view
}

#[test]
fn rows_of_the_page_are_told_once_and_only_if_they_changed() {
    let mut view = list(HistoryQuery::default(), vec![row(1, 5, 0), row(2, 6, 0)]);
    view.take_rows(&[row(1, 5, 0), row(2, 11, 0)]);
    let ended = TaskRow { phase: Phase::Ended, outcome: Some(Outcome::Successful), ..row(2, 12, 0) };
    view.take_rows(std::slice::from_ref(&ended));
    let delta = view.take_delta().unwrap();
    assert_eq!(delta.rows, [ended], "the newest form of a row, although it left the filter");
    assert!(delta.new_matches.is_empty());
    assert_eq!(view.take_delta(), None);
}

#[test]
fn new_matches_are_announced_once_and_old_rows_of_other_pages_never() {
    let mut view = list(HistoryQuery::default(), vec![row(9, 5, 0)]);
    let new = row(20, 11, BASE.0 + 10);
    view.take_rows(&[new.clone(), row(3, 12, 5)]);
    view.take_rows(&[TaskRow { revision: 13, ..new }]);
    let delta = view.take_delta().unwrap();
    assert_eq!(delta.new_matches, [TaskKey::new("APP", "T-20")]);
    assert!(delta.rows.is_empty());
}

#[test]
fn what_is_first_heard_of_later_is_new_however_long_ago_it_began() {
    let mut view = list(HistoryQuery::default(), vec![row(9, 5, 0)]);
    view.take_rows(&[row(NEWEST, 11, 5), row(NEWEST + 1, 12, 5)]);
    assert_eq!(view.take_delta().unwrap().new_matches, [TaskKey::new("APP", "T-51")]);
}

#[test]
fn what_a_row_came_to_match_by_decides_whether_it_is_new() {
    let finished = HistoryQuery { tab: Tab::Finished, ..HistoryQuery::default() };
    let mut view = list(finished, Vec::new());
    let over =
        |run_id, ended: i64| TaskRow { phase: Phase::Ended, ended: Some(Timestamp(ended)), ..row(run_id, 11, 5) };
    view.take_rows(&[over(1, BASE.0 + 1), over(2, 100)]);
    assert_eq!(view.take_delta().unwrap().new_matches, [TaskKey::new("APP", "T-1")]);

    let starting = HistoryQuery { states: vec![TaskState::Running], ..HistoryQuery::default() };
    let mut view = list(starting, Vec::new());
    let entered = |run_id, at: i64| {
        let source = Source::Event;
        let began = Transition::new(TaskState::Running, Timestamp(at), source);
        TaskRow { transitions: vec![began], ..row(run_id, 11, 5) }
    };
    view.take_rows(&[entered(1, BASE.0 + 1), entered(2, 100)]);
    assert_eq!(view.take_delta().unwrap().new_matches, [TaskKey::new("APP", "T-1")]);
}

#[test]
fn earlier_readers_hear_what_a_later_page_shows() {
    let mut view = list(HistoryQuery::default(), vec![row(1, 5, 0)]);
    // The later reader's page was read before the feed told of these.
    view.take_page(&page(vec![row(2, 12, BASE.0 + 1), row(1, 11, 0)], 12));
    let delta = view.take_delta().unwrap();
    assert_eq!(delta.rows, [row(1, 11, 0)]);
    assert_eq!(delta.new_matches, [TaskKey::new("APP", "T-2")]);
    view.take_rows(&[row(2, 13, BASE.0 + 1)]);
    assert_eq!(view.take_delta().unwrap().rows, [row(2, 13, BASE.0 + 1)]);
}

#[test]
fn counts_are_told_when_they_differ() {
    let mut view = list(HistoryQuery::default(), Vec::new());
    view.take_counts(Counts::default(), Count::default());
    assert!(!view.is_waiting());
    let counts = Counts { active: Count { n: 1, more: false }, ..Counts::default() };
    view.take_counts(counts.clone(), Count::default());
    assert_eq!(view.take_delta().unwrap().counts, Some(counts));
}

#[test]
fn memory_for_readers_of_long_ago_is_bounded() {
    let mut view = list(HistoryQuery::default(), vec![row(1, 1, 0)]);
    let many: Vec<TaskRow> = (10..10 + 2000 + 100).map(|n| row(n, 1, 0)).collect();
    view.take_shown(&many);
    assert!(view.is_overgrown());
}
