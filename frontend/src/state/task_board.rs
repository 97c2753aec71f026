//! The runs of the list of tasks: [`KeyedRows`], and which of them no longer belong to what was asked for.

use super::keyed_rows::{KeyedRows, set_if_changed};
use leptos::prelude::*;
use model::dashboard::TaskRow;

/// What happens to rows that are no longer part of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// They go.
    Replace,
    /// Those that ended under the reader's eyes stay where they are.
    KeepDeparted,
}

/// Rows by run, in the order shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct TaskBoard {
    rows: KeyedRows<i64, TaskRow>,
    departed: RwSignal<Vec<i64>>,
}

impl TaskBoard {
    /// Runs in the order shown.
    pub fn order(&self) -> ReadSignal<Vec<i64>> {
        self.rows.order()
    }

    /// Runs that are shown although they no longer match what was asked for.
    pub fn departed(&self) -> ReadSignal<Vec<i64>> {
        self.departed.read_only()
    }

    /// The row of a run that is shown.
    pub fn row(&self, run: i64) -> Option<ArcRwSignal<TaskRow>> {
        self.rows.get(&run)
    }

    /// Takes over a whole page, in its order.
    pub fn apply_page(&self, page: Vec<TaskRow>, merge: Merge) {
        let old = self.order().get_untracked();
        let new: Vec<i64> = page.iter().map(|row| row.run_id).collect();
        let mut departed = match merge {
            Merge::Replace => Vec::new(),
            Merge::KeepDeparted => self.departed.get_untracked(),
        };
        departed.retain(|run| !new.contains(run));
        let order = place_departed(&old, new, &departed);
        for row in page {
            self.rows.put(row.run_id, row);
        }
        self.rows.set_order(order);
        set_if_changed(&self.departed, departed);
    }

    /// Takes over rows that changed, as far as they are shown. `matches` tells which still belong to the list.
    pub fn update(&self, rows: Vec<TaskRow>, matches: impl Fn(&TaskRow) -> bool) {
        let mut departed = self.departed.get_untracked();
        for row in rows {
            let run = row.run_id;
            if self.row(run).is_none() {
                continue;
            }
            match (matches(&row), departed.contains(&run)) {
                (true, _) => departed.retain(|other| *other != run),
                (false, false) => departed.push(run),
                (false, true) => {}
            }
            self.rows.put(run, row);
        }
        set_if_changed(&self.departed, departed);
    }
}

/// Puts each departed run before the row that followed it in the old order, or at the end if none of those is left.
fn place_departed(old: &[i64], mut new: Vec<i64>, departed: &[i64]) -> Vec<i64> {
    for (index, run) in old.iter().enumerate().filter(|(_, run)| departed.contains(run)) {
        let followers = old.iter().skip(index + 1);
        let place = followers.filter_map(|next| new.iter().position(|n| n == next)).next();
        new.insert(place.unwrap_or(new.len()), *run);
    }
    new
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use crate::state::test_row;
    use model::TaskState;
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    fn rows(runs: &[i64]) -> Vec<TaskRow> {
        runs.iter().map(|run| test_row(*run, TaskState::Running)).collect()
    }

    /// Counts how often what it watches was computed anew; a memo computes only after a notification.
    struct Watch {
        memo: Memo<u64>,
        count: Arc<AtomicU32>,
    }

    impl Watch {
        fn on(read: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
            let count = Arc::new(AtomicU32::new(0));
            let counted = count.clone();
            let memo = Memo::new(move |_| {
                counted.fetch_add(1, Ordering::Relaxed);
                read()
            });
            memo.get_untracked();
            count.store(0, Ordering::Relaxed);
            Self { memo, count }
        }

        fn notifications(&self) -> u32 {
            self.memo.get_untracked();
            self.count.swap(0, Ordering::Relaxed)
        }
    }

    fn watched(board: TaskBoard) -> (Watch, Watch, Watch) {
        let of = |run: i64| {
            let row = board.row(run).unwrap();
            Watch::on(move || row.get().revision)
        };
        (of(1), of(2), Watch::on(move || board.order().get().len() as u64))
    }

    fn still_active(row: &TaskRow) -> bool {
        !row.is_over()
    }

    #[test]
    fn an_identical_page_notifies_nobody() {
        Owner::new().with(|| {
            let board = TaskBoard::default();
            board.apply_page(rows(&[1, 2]), Merge::Replace);
            let (one, two, list) = watched(board);
            board.apply_page(rows(&[1, 2]), Merge::Replace);
            board.update(rows(&[1, 2]), still_active);
            assert_eq!((one.notifications(), two.notifications(), list.notifications()), (0, 0, 0));
        });
    }

    #[test]
    fn a_changed_row_notifies_itself_only() {
        Owner::new().with(|| {
            let board = TaskBoard::default();
            board.apply_page(rows(&[1, 2]), Merge::Replace);
            let (one, two, list) = watched(board);
            board.update(vec![test_row(2, TaskState::RunCompleted)], still_active);
            assert_eq!((one.notifications(), two.notifications(), list.notifications()), (0, 1, 0));
        });
    }

    #[test]
    fn a_new_order_notifies_the_list_only() {
        Owner::new().with(|| {
            let board = TaskBoard::default();
            board.apply_page(rows(&[1, 2]), Merge::Replace);
            let (one, two, list) = watched(board);
            board.apply_page(rows(&[2, 1]), Merge::Replace);
            assert_eq!((one.notifications(), two.notifications(), list.notifications()), (0, 0, 1));
        });
    }

    #[test]
    fn rows_that_are_not_shown_are_ignored() {
        Owner::new().with(|| {
            let board = TaskBoard::default();
            board.apply_page(rows(&[1]), Merge::Replace);
            board.update(rows(&[9]), still_active);
            assert_eq!(board.order().get_untracked(), [1]);
            assert!(board.row(9).is_none());
        });
    }

    #[test]
    fn what_ends_keeps_its_place_until_the_list_is_replaced() {
        Owner::new().with(|| {
            let board = TaskBoard::default();
            board.apply_page(rows(&[3, 2, 1]), Merge::Replace);
            board.update(vec![test_row(2, TaskState::Stopped)], still_active);
            assert_eq!(board.departed().get_untracked(), [2]);
            board.apply_page(rows(&[4, 3, 1]), Merge::KeepDeparted);
            assert_eq!(board.order().get_untracked(), [4, 3, 2, 1]);
            board.apply_page(rows(&[4, 3, 1]), Merge::Replace);
            assert_eq!(board.order().get_untracked(), [4, 3, 1]);
            assert!(board.row(2).is_none());
            assert!(board.departed().get_untracked().is_empty());
        });
    }
}
