//! All runs of a query in its order, in batches of any number: lists too long to be held at once.

use super::{Ledger, LedgerError, history};
use model::{
    Timestamp,
    dashboard::{HistoryQuery, TaskRow},
};
use std::collections::VecDeque;

/// Runs found by one pass over all of them.
const FOUND_AT_ONCE: u32 = 20_000;
/// Rows read, and held, at a time.
const READ_AT_ONCE: usize = 500;

/// A way through all runs of a query. A run that changes its place in the order, or begins or ceases to match, while a later
/// pass is still to come may be met twice or not at all; in the order of submission none changes its place.
pub struct Walk {
    ledger: Ledger,
    query: HistoryQuery,
    now: Timestamp,
    found: VecDeque<i64>,
    read_at_once: usize,
    is_found: bool,
}

impl Walk {
    /// Begins before the first run, whatever page the query asks for.
    pub(super) fn begin(ledger: Ledger, query: &HistoryQuery) -> Self {
        Self::in_steps(ledger, query, FOUND_AT_ONCE, READ_AT_ONCE)
    }

    /// The same in other steps.
    pub(super) fn in_steps(ledger: Ledger, query: &HistoryQuery, found_at_once: u32, read_at_once: usize) -> Self {
        let query = HistoryQuery { page: 1, after: None, size: found_at_once, ..query.clone() };
        let now = ledger.now();
        Self { ledger, query, now, found: VecDeque::new(), read_at_once, is_found: false }
    }

    /// The next rows; nothing after the last ones.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn next(&mut self) -> Result<Option<Vec<TaskRow>>, LedgerError> {
        loop {
            if self.found.is_empty() {
                if self.is_found {
                    return Ok(None);
                }
                let (found, next) = history::run_ids(&self.ledger.lists, &self.query, self.now).await;
                self.is_found = next.is_none();
                self.query.after = next;
                self.found = found.into();
            }
            let batch: Vec<i64> = self.found.drain(..self.read_at_once.min(self.found.len())).collect();
            let rows = history::rows(self.ledger.readers()?, &batch).await.map_err(LedgerError::unreadable)?;
            // Runs may have been removed since they were found.
            if !rows.is_empty() {
                return Ok(Some(rows));
            }
        }
    }
}
