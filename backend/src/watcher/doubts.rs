//! Tasks whose record must be looked up, because neither events nor lists explain them.

use model::TaskKey;
use std::collections::BTreeMap;

/// Why a task is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// It goes on as far as is known, and is not listed: look only if that is still so.
    NotListed,
    /// It was touched, and no event says how.
    Touched,
}

/// Open doubts.
#[derive(Debug, Default)]
pub struct Doubts {
    open: BTreeMap<TaskKey, Doubt>,
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

    /// Takes at most `limit` doubts that still stand: `goes_on` tells whether a run of the key does.
    pub fn take(&mut self, limit: usize, goes_on: impl Fn(&TaskKey) -> bool) -> Vec<TaskKey> {
        let mut taken = Vec::new();
        while taken.len() < limit {
            let Some((key, doubt)) = self.open.pop_first() else { break };
            if doubt == Doubt::Touched || goes_on(&key) {
                taken.push(key);
            }
        }
        taken
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}
