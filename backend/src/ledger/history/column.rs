//! Values that many runs of a block share: each is held once, and runs name it by number.

use std::{collections::HashMap, hash::Hash, sync::Arc};

/// One value for each run of a block.
#[derive(Clone, Debug)]
pub struct Column<T> {
    values: Vec<Arc<T>>,
    index: HashMap<Arc<T>, u16>,
    /// Runs that have the value.
    uses: Vec<u32>,
    unused: Vec<u16>,
    rows: Vec<u16>,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { values: Vec::new(), index: HashMap::new(), uses: Vec::new(), unused: Vec::new(), rows: Vec::new() }
    }
}

impl<T: Clone + Eq + Hash> Column<T> {
    /// Puts the value of a new run in front of run `at`.
    pub fn insert(&mut self, at: usize, value: &T) {
        let number = self.number(value);
        self.rows.insert(at, number);
    }

    /// Gives run `at` another value.
    pub fn replace(&mut self, at: usize, value: &T) {
        let old = self.rows[at];
        if *self.values[usize::from(old)] == *value {
            return;
        }
        self.rows[at] = self.number(value);
        let uses = &mut self.uses[usize::from(old)];
        *uses -= 1;
        if *uses == 0 {
            self.index.remove(&self.values[usize::from(old)]);
            self.unused.push(old);
        }
    }

    /// The number of each run's value.
    pub fn rows(&self) -> &[u16] {
        &self.rows
    }

    /// The value of run `at`.
    pub fn value(&self, at: usize) -> &T {
        &self.values[usize::from(self.rows[at])]
    }

    /// All values by number, with how many runs have them; some may have none.
    pub fn values(&self) -> impl Iterator<Item = (&T, u32)> {
        self.values.iter().map(|value| &**value).zip(self.uses.iter().copied())
    }

    fn number(&mut self, value: &T) -> u16 {
        let number = match self.index.get(value) {
            Some(number) => *number,
            None => self.add(Arc::new(value.clone())),
        };
        self.uses[usize::from(number)] += 1;
        number
    }

    fn add(&mut self, value: Arc<T>) -> u16 {
        let number = match self.unused.pop() {
            Some(number) => {
                self.values[usize::from(number)] = value.clone();
                number
            }
            None => {
                self.values.push(value.clone());
                self.uses.push(0);
                // A block has fewer runs than there are numbers, and numbers without runs are given out again.
                u16::try_from(self.values.len() - 1).unwrap_or(u16::MAX)
            }
        };
        self.index.insert(value, number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_no_run_has_are_given_out_again() {
        let mut column = Column::default();
        for text in ["a", "b", "a"] {
            column.insert(0, &text.to_owned());
        }
        column.replace(1, &"c".to_owned());
        column.replace(0, &"d".to_owned());
        let shown: Vec<&str> = (0..3).map(|at| column.value(at).as_str()).collect();
        assert_eq!(shown, ["d", "c", "a"]);
        assert_eq!(column.values().map(|(_, uses)| uses).sum::<u32>(), 3);
        assert_eq!(column.values.len(), 3);
    }
}
