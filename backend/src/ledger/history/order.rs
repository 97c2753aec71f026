//! Sort orders, and where a page begins. Runs that are equal in a sort come in the order in which they were opened.

use super::block::{Block, GOES_ON};
use model::{
    Timestamp,
    dashboard::{HistoryQuery, SortKey},
};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// What a list is sorted by.
#[derive(Clone, Debug)]
pub struct Order {
    key: SortKey,
    descending: bool,
    now: i64,
}

/// Place of a run in an order.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// What has no value comes last in both directions.
    is_missing: bool,
    number: i64,
    texts: (&'a str, &'a str),
    /// Identity of the run.
    pub run_id: i64,
}

/// Where the numbers of a block come from.
#[derive(Debug)]
pub enum Numbers<'a> {
    /// The order goes by texts.
    Equal,
    /// Milliseconds.
    Times(&'a [i64]),
    /// Cores or MB.
    Amounts(&'a [i32]),
    /// By number of the status.
    Ranks {
        /// Rank of each status.
        ranks: Vec<i64>,
        /// Status of each run.
        rows: &'a [u16],
    },
    /// How long each took.
    Spans {
        /// Beginnings.
        from: &'a [i64],
        /// Ends.
        to: &'a [i64],
        /// End of what goes on.
        now: i64,
    },
}

/// A place, told to the reader of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor(bool, i64, String, String, i64);

impl Order {
    /// The order of a query; what goes on has taken until `now`.
    pub fn of(query: &HistoryQuery, now: Timestamp) -> Self {
        Self { key: query.sort.clone(), descending: query.descending, now: now.millis() }
    }

    /// Whether the end of the table comes first, as far as ids tell.
    pub fn is_descending(&self) -> bool {
        self.descending
    }

    /// The numbers that runs of a block are compared by first.
    pub fn numbers<'a>(&self, block: &'a Block) -> Numbers<'a> {
        match self.key {
            SortKey::Submitted | SortKey::Other(_) => Numbers::Times(&block.submitted),
            SortKey::Took => Numbers::Spans { from: &block.submitted, to: &block.ended, now: self.now },
            SortKey::App | SortKey::Id | SortKey::Executor => Numbers::Equal,
            SortKey::Status => {
                let ranks = block.statuses.values().map(|(status, _)| status.rank).collect();
                Numbers::Ranks { ranks, rows: block.statuses.rows() }
            }
            SortKey::Ended => Numbers::Times(&block.ended),
            SortKey::Cores => Numbers::Amounts(&block.cores),
            SortKey::Memory => Numbers::Amounts(&block.memory_mb),
        }
    }

    /// The place of run `at` of a block, whose number is `number`.
    pub fn place<'a>(&self, block: &'a Block, at: usize, number: i64) -> Place<'a> {
        let mut place = Place { is_missing: false, number, texts: ("", ""), run_id: block.run_ids[at] };
        match self.key {
            SortKey::App => place.texts = (block.apps.value(at), block.tasks.get(at)),
            SortKey::Id => place.texts = (block.tasks.get(at), ""),
            SortKey::Executor => {
                let host = block.places.value(at).host.as_deref();
                place.is_missing = host.is_none();
                place.texts = (host.unwrap_or_default(), "");
            }
            SortKey::Ended => place.is_missing = number == GOES_ON,
            SortKey::Submitted
            | SortKey::Took
            | SortKey::Status
            | SortKey::Cores
            | SortKey::Memory
            | SortKey::Other(_) => {}
        }
        place
    }

    /// Whether a run with this number comes after `last`, whatever else is known of it. `false` says nothing.
    pub fn is_surely_after(&self, number: i64, last: &Place<'_>) -> bool {
        // What has no value comes last: its number tells nothing about that.
        let is_plain = self.key != SortKey::Ended || (number != GOES_ON && !last.is_missing);
        is_plain && if self.descending { number < last.number } else { number > last.number }
    }

    /// Which of two runs comes first.
    pub fn compare(&self, a: &Place<'_>, b: &Place<'_>) -> Ordering {
        let texts = || match self.key {
            SortKey::App | SortKey::Id | SortKey::Executor => a.texts.cmp(&b.texts),
            // Most have no texts, and comparing two empty ones takes its time.
            SortKey::Submitted
            | SortKey::Took
            | SortKey::Status
            | SortKey::Ended
            | SortKey::Cores
            | SortKey::Memory
            | SortKey::Other(_) => Ordering::Equal,
        };
        let order = a.number.cmp(&b.number).then_with(texts).then_with(|| a.run_id.cmp(&b.run_id));
        a.is_missing.cmp(&b.is_missing).then(if self.descending { order.reverse() } else { order })
    }
}

impl Numbers<'_> {
    /// The number of run `at`.
    pub fn get(&self, at: usize) -> i64 {
        match self {
            Self::Equal => 0,
            Self::Times(times) => times[at],
            Self::Amounts(amounts) => amounts[at].into(),
            Self::Ranks { ranks, rows } => ranks[usize::from(rows[at])],
            Self::Spans { from, to, now } => {
                let ended = if to[at] == GOES_ON { *now } else { to[at] };
                ended.saturating_sub(from[at])
            }
        }
    }
}

impl Cursor {
    /// The place of the last run of a page.
    pub fn at(place: &Place<'_>) -> Self {
        let (first, second) = place.texts;
        Self(place.is_missing, place.number, first.to_owned(), second.to_owned(), place.run_id)
    }

    /// Reads back what [`Self::write`] wrote; nothing if that is not what it is.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// As it stands in a URL before that is encoded.
    pub fn write(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// The place it tells.
    pub fn place(&self) -> Place<'_> {
        Place { is_missing: self.0, number: self.1, texts: (&self.2, &self.3), run_id: self.4 }
    }
}
