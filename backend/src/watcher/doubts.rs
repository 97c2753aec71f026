//! Tasks whose record must be looked up, because neither events nor lists explain them.

use model::TaskKey;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

/// Records that wait to be read, at most: a cluster with more short tasks than look-ups never gets through.
const MOST_RECORDS: usize = 10_000;

/// Why a task is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// What became of it is known, and its record tells more: read once, whether it goes on or not, when nothing else waits.
    Record,
    /// It goes on as far as is known, and is not listed: look only if that is still so.
    NotListed,
    /// As before; and the events that would tell of it may be among those that nobody read, so that silence proves nothing.
    Hidden,
    /// It was touched, and no event says how.
    Touched,
}

/// Open doubts: what somebody waits for, and what is only not listed, which may be so many and stay so for long. They are taken
/// by turns, so that neither holds up the other.
#[derive(Debug, Default)]
pub struct Doubts {
    urgent: Queue,
    unlisted: Queue,
    /// Taken when both others are empty.
    records: Queue,
    /// Of which the last one was.
    was_urgent: bool,
}

/// Doubts by key.
#[derive(Debug, Default)]
struct Queue {
    open: BTreeMap<TaskKey, Doubt>,
    /// The last one taken: the next follows it, so that one that comes back holds up no other.
    last: Option<TaskKey>,
}

impl Queue {
    fn next(&mut self) -> Option<(TaskKey, Doubt)> {
        let after = |last| self.open.range((Bound::Excluded(last), Bound::Unbounded)).next();
        let (key, _) = self.last.as_ref().and_then(after).or_else(|| self.open.iter().next())?;
        let key = key.clone();
        self.last = Some(key.clone());
        self.open.remove_entry(&key)
    }
}

impl Doubts {
    /// A doubt arose.
    pub fn add(&mut self, key: TaskKey, doubt: Doubt) {
        if doubt == Doubt::Record {
            let is_wanted = !self.urgent.open.contains_key(&key) && !self.unlisted.open.contains_key(&key);
            if is_wanted && self.records.open.len() < MOST_RECORDS {
                self.records.open.insert(key, doubt);
            }
            return;
        }
        self.records.open.remove(&key);
        if doubt == Doubt::NotListed {
            if !self.urgent.open.contains_key(&key) {
                self.unlisted.open.insert(key, doubt);
            }
            return;
        }
        self.unlisted.open.remove(&key);
        let held = self.urgent.open.entry(key).or_insert(doubt);
        *held = doubt.max(*held);
    }

    /// These tasks were explained.
    pub fn explain<'a>(&mut self, keys: impl IntoIterator<Item = &'a TaskKey>) {
        for key in keys {
            self.urgent.open.remove(key);
            self.unlisted.open.remove(key);
        }
    }

    /// One answer settled these tasks at once; their records are read later.
    pub fn settle(&mut self, keys: impl IntoIterator<Item = TaskKey>) {
        for key in keys {
            self.urgent.open.remove(&key);
            self.unlisted.open.remove(&key);
            self.add(key, Doubt::Record);
        }
    }

    /// The tasks of which silence proves nothing.
    pub fn hidden(&self) -> BTreeSet<TaskKey> {
        self.urgent.open.iter().filter(|(_, doubt)| **doubt == Doubt::Hidden).map(|(key, _)| key.clone()).collect()
    }

    /// Takes at most `limit` doubts that still stand: `goes_on` tells whether a run of the key does.
    pub fn take(&mut self, limit: usize, goes_on: impl Fn(&TaskKey) -> bool) -> Vec<(TaskKey, Doubt)> {
        let mut taken = Vec::new();
        while taken.len() < limit {
            let queues = match self.was_urgent {
                true => [&mut self.unlisted, &mut self.urgent, &mut self.records],
                false => [&mut self.urgent, &mut self.unlisted, &mut self.records],
            };
            let Some((key, doubt)) = queues.into_iter().find_map(Queue::next) else { break };
            if matches!(doubt, Doubt::Touched | Doubt::Record) || goes_on(&key) {
                self.was_urgent = doubt != Doubt::NotListed;
                taken.push((key, doubt));
            }
        }
        taken
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        [&self.urgent, &self.unlisted, &self.records].iter().all(|queue| queue.open.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_only_not_listed_holds_up_nothing_that_somebody_waits_for() {
        let mut doubts = Doubts::default();
        let mut taken = Vec::new();
        for round in 0..4 {
            for n in 0..1000 {
                doubts.add(TaskKey::new("A", format!("orphan-{n}")), Doubt::NotListed);
            }
            doubts.add(TaskKey::new("Z", "sent"), Doubt::Touched);
            taken.extend(doubts.take(1, |_| true).into_iter().map(|(_, doubt)| doubt));
            assert_eq!(taken.len(), round + 1);
        }
        assert_eq!(taken, [Doubt::Touched, Doubt::NotListed, Doubt::Touched, Doubt::NotListed]);
    }

    #[test]
    fn a_doubt_that_comes_back_holds_up_no_other() {
        let key = |id: &str| TaskKey::new("A", id);
        let mut doubts = Doubts::default();
        for id in ["a", "b", "c"] {
            doubts.add(key(id), Doubt::NotListed);
        }
        let mut taken = Vec::new();
        for _ in 0..5 {
            doubts.add(key("a"), Doubt::NotListed);
            taken.extend(doubts.take(1, |_| true).into_iter().map(|(key, _)| key));
        }
        assert_eq!(taken, ["a", "b", "c", "a", "a"].map(key));
        doubts.add(key("x"), Doubt::NotListed);
        doubts.add(key("y"), Doubt::Touched);
        assert_eq!(
            doubts.take(9, |_| false),
            [(key("y"), Doubt::Touched)],
            "what went on no more is no doubt, what was touched is"
        );
        assert!(doubts.is_empty());
        doubts.add(key("h"), Doubt::Hidden);
        doubts.add(key("h"), Doubt::NotListed);
        doubts.add(key("n"), Doubt::NotListed);
        assert_eq!(doubts.hidden(), BTreeSet::from([key("h")]));
    }
}
