//! Deadlines as data, in order of time and, for equal times, in the order they were set.

use crate::pairs;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// A queue of deadlines. Nothing is ever cancelled: whoever fires one looks whether it still means anything.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Serialize", deserialize = "T: Deserialize<'de>"))]
pub(crate) struct Timers<T> {
    #[serde(with = "pairs")]
    queue: BTreeMap<(Timestamp, u64), T>,
    set: u64,
}

impl<T> Default for Timers<T> {
    fn default() -> Self {
        Self { queue: BTreeMap::new(), set: 0 }
    }
}

impl<T> Timers<T> {
    /// Fires `deadline` at `at`.
    pub(crate) fn set(&mut self, at: Timestamp, deadline: T) {
        self.set += 1;
        self.queue.insert((at, self.set), deadline);
    }

    /// The time of the next deadline.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.queue.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the next deadline if it is due at `now`.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<(Timestamp, T)> {
        let entry = self.queue.first_entry().filter(|entry| entry.key().0 <= now)?;
        let ((at, _), deadline) = entry.remove_entry();
        Some((at, deadline))
    }

    /// Moves every deadline into the future by `gap`.
    pub(crate) fn shift(&mut self, gap: Duration) {
        self.queue = std::mem::take(&mut self.queue).into_iter().map(|((at, n), t)| ((at + gap, n), t)).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_fire_by_time_then_by_age() {
        let mut timers = Timers::default();
        timers.set(Timestamp(20), "late");
        timers.set(Timestamp(10), "first");
        timers.set(Timestamp(10), "second");
        assert_eq!(timers.next(), Some(Timestamp(10)));
        assert_eq!(timers.take_due(Timestamp(15)), Some((Timestamp(10), "first")));
        assert_eq!(timers.take_due(Timestamp(15)), Some((Timestamp(10), "second")));
        assert_eq!(timers.take_due(Timestamp(15)), None);
        timers.shift(Duration::from_millis(5));
        assert_eq!(timers.take_due(Timestamp(25)), Some((Timestamp(25), "late")));
    }
}
