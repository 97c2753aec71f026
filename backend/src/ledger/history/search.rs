//! One pass over all runs: which belong to a page, and how many there are of each kind.

use super::{
    block::{Block, Status},
    filter::Filter,
    order::{Cursor, Order, Place},
    table::Table,
};
use model::{
    Timestamp,
    dashboard::{Count, Counts, HistoryQuery, Tab},
};
use std::cmp::Ordering;

/// What a pass found.
#[derive(Debug, Default)]
pub struct Found {
    /// Runs of the page, in order.
    pub page: Vec<i64>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
    /// Runs over all pages.
    pub matching: Count,
    /// By tab, state and outcome.
    pub counts: Counts,
}

/// Finds the runs of a query.
pub fn search(table: &Table, query: &HistoryQuery, now: Timestamp) -> Found {
    let filter = Filter::of(query);
    let order = Order::of(query, now);
    let cursor = query.after.as_deref().and_then(Cursor::read);
    let size = usize::try_from(query.size).unwrap_or(usize::MAX);
    let skipped = match &cursor {
        Some(_) => 0,
        None => size.saturating_mul(usize::try_from(query.page.saturating_sub(1)).unwrap_or(usize::MAX)),
    };
    // One more than the page tells whether there is a next one.
    let mut first = First::new(&order, skipped.saturating_add(size).saturating_add(1), cursor.as_ref());
    let mut found = Found::default();
    let mut pass = |at: usize| {
        let block = &table.blocks[at];
        let takes: Vec<bool> = block.statuses.values().map(|(status, n)| n > 0 && filter.takes(status)).collect();
        let statuses = block.statuses.rows();
        let numbers = order.numbers(block);
        if filter.is_narrow() {
            let Some(narrow) = filter.narrow(block) else { return };
            let mut counted = vec![0_u32; takes.len()];
            each(block.len(), order.is_descending(), |at| {
                if narrow.takes(block, at) {
                    let status = usize::from(statuses[at]);
                    counted[status] += 1;
                    if takes[status] {
                        first.offer(block, at, numbers.get(at));
                    }
                }
            });
            let counted = block.statuses.values().map(|(status, _)| status).zip(counted);
            found.count(counted, &filter);
        } else {
            found.count(block.statuses.values(), &filter);
            if takes.contains(&true) {
                each(block.len(), order.is_descending(), |at| {
                    if takes[usize::from(statuses[at])] {
                        first.offer(block, at, numbers.get(at));
                    }
                });
            }
        }
    };
    each(table.blocks.len(), order.is_descending(), &mut pass);
    let places = first.sorted();
    let page = places.get(skipped..).unwrap_or_default();
    found.next = (page.len() > size).then(|| Cursor::at(&page[size - 1]));
    found.page = page.iter().take(size).map(|place| place.run_id).collect();
    debug_assert!(query.tab != Tab::All || found.matching.n <= found.counts.active.n + found.counts.finished.n);
    found
}

/// Numbers below `length`, from that end where a list most likely begins: ids rise with time.
fn each(length: usize, from_the_end: bool, mut visit: impl FnMut(usize)) {
    if from_the_end {
        (0..length).rev().for_each(&mut visit);
    } else {
        (0..length).for_each(&mut visit);
    }
}

impl Found {
    fn count<'a>(&mut self, counted: impl Iterator<Item = (&'a Status, u32)>, filter: &Filter<'_>) {
        for (status, n) in counted.filter(|(_, n)| *n > 0) {
            let n = u64::from(n);
            let (sum, by, name) = if status.is_over {
                let outcome = status.outcome.clone().unwrap_or_default();
                (&mut self.counts.finished, &mut self.counts.by_outcome, outcome)
            } else {
                (&mut self.counts.active, &mut self.counts.by_state, status.state.clone())
            };
            sum.n += n;
            *by.entry(name).or_default() += n;
            if filter.takes(status) {
                self.matching.n += n;
            }
        }
    }
}

/// The first so many places of an order, out of any number.
struct First<'a, 'o> {
    order: &'o Order,
    wanted: usize,
    after: Option<Place<'a>>,
    /// Nothing that comes after it is wanted.
    last: Option<Place<'a>>,
    kept: Vec<Place<'a>>,
}

impl<'a, 'o> First<'a, 'o> {
    fn new(order: &'o Order, wanted: usize, after: Option<&'a Cursor>) -> Self {
        Self { order, wanted, after: after.map(Cursor::place), last: None, kept: Vec::new() }
    }

    fn offer(&mut self, block: &'a Block, at: usize, number: i64) {
        if self.last.as_ref().is_some_and(|last| self.order.is_surely_after(number, last)) {
            return;
        }
        let place = self.order.place(block, at, number);
        let comes_before = |limit: &Option<Place<'a>>, otherwise: bool| {
            limit.as_ref().map_or(otherwise, |limit| self.order.compare(&place, limit) != Ordering::Greater)
        };
        if !comes_before(&self.last, true) || comes_before(&self.after, false) {
            return;
        }
        self.kept.push(place);
        // Sorting out when there is twice what is wanted costs little for each place offered.
        if self.kept.len() >= self.wanted.saturating_mul(2).max(1_024) {
            let (_, last, _) = self.kept.select_nth_unstable_by(self.wanted - 1, |a, b| self.order.compare(a, b));
            self.last = Some(*last);
            self.kept.truncate(self.wanted);
        }
    }

    fn sorted(mut self) -> Vec<Place<'a>> {
        self.kept.sort_unstable_by(|a, b| self.order.compare(a, b));
        self.kept.truncate(self.wanted);
        self.kept
    }
}
