//! Tasks whose record must be looked up, because neither events nor lists explain them.

use model::TaskKey;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

/// Why a task is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// It goes on as far as is known, and is not listed: look only if that is still so.
    NotListed,
    /// As before; and the events that would tell of it may be among those that nobody read, so that silence proves nothing.
    Hidden,
    /// It was touched, and no event says how.
    Touched,
}

/// Open doubts.
#[derive(Debug, Default)]
pub struct Doubts {
    open: BTreeMap<TaskKey, Doubt>,
    /// The last one taken: the next follows it, so that one that comes back holds up no other.
    last: Option<TaskKey>,
}

impl Doubts {
    /// A doubt arose.
    pub fn add(&mut self, key: TaskKey, doubt: Doubt) {
        let held = self.open.entry(key).or_insert(doubt);
        *held = doubt.max(*held);
    }

    /// These tasks were explained.
    pub fn explain<'a>(&mut self, keys: impl IntoIterator<Item = &'a TaskKey>) {
        for key in keys {
            self.open.remove(key);
        }
    }

    /// The tasks of which silence proves nothing.
    pub fn hidden(&self) -> BTreeSet<TaskKey> {
        self.open.iter().filter(|(_, doubt)| **doubt == Doubt::Hidden).map(|(key, _)| key.clone()).collect()
    }

    /// Takes at most `limit` doubts that still stand: `goes_on` tells whether a run of the key does.
    pub fn take(&mut self, limit: usize, goes_on: impl Fn(&TaskKey) -> bool) -> Vec<(TaskKey, Doubt)> {
        let mut taken = Vec::new();
        while taken.len() < limit {
            let next =
                self.last.as_ref().and_then(|last| self.open.range((Bound::Excluded(last), Bound::Unbounded)).next());
            let Some(key) = next.or_else(|| self.open.iter().next()).map(|(key, _)| key.clone()) else { break };
            let Some(doubt) = self.open.remove(&key) else { break };
            self.last = Some(key.clone());
            if doubt == Doubt::Touched || goes_on(&key) {
                taken.push((key, doubt));
            }
        }
        taken
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
