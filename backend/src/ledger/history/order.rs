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

    /// The place of run `at` of a block.
    pub fn place<'a>(&self, block: &'a Block, at: usize) -> Place<'a> {
        let mut place = Place { is_missing: false, number: 0, texts: ("", ""), run_id: block.run_ids[at] };
        match self.key {
            SortKey::Submitted | SortKey::Other(_) => place.number = block.submitted[at],
            SortKey::Took => {
                let ended = if block.ended[at] == GOES_ON { self.now } else { block.ended[at] };
                place.number = ended.saturating_sub(block.submitted[at]);
            }
            SortKey::App => place.texts = (block.apps.value(at), block.tasks.get(at)),
            SortKey::Id => place.texts = (block.tasks.get(at), ""),
            SortKey::Status => place.number = block.statuses.value(at).rank,
            SortKey::Executor => {
                let host = block.places.value(at).host.as_deref();
                place.is_missing = host.is_none();
                place.texts = (host.unwrap_or_default(), "");
            }
            SortKey::Ended => {
                place.is_missing = block.ended[at] == GOES_ON;
                place.number = block.ended[at];
            }
            SortKey::Cores => place.number = block.cores[at].into(),
            SortKey::Memory => place.number = block.memory_mb[at].into(),
        }
        place
    }

    /// Which of two runs comes first.
    pub fn compare(&self, a: &Place<'_>, b: &Place<'_>) -> Ordering {
        let order = a.number.cmp(&b.number).then_with(|| a.texts.cmp(&b.texts)).then_with(|| a.run_id.cmp(&b.run_id));
        a.is_missing.cmp(&b.is_missing).then(if self.descending { order.reverse() } else { order })
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
