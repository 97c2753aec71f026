//! Shares of a limited resource: no single holder can take all of it.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Semaphore;

/// Holders that are remembered before idle ones are dropped.
const MOST_REMEMBERED: usize = 1024;

/// Permits of each holder, created on demand.
#[derive(Debug)]
pub struct Shares<K> {
    each: usize,
    of_holders: Mutex<HashMap<K, Arc<Semaphore>>>,
}

impl<K: Eq + Hash> Shares<K> {
    /// Shares of `each` permits.
    pub fn new(each: usize) -> Self {
        Self { each, of_holders: Mutex::default() }
    }

    /// The permits of one holder.
    pub fn of(&self, holder: K) -> Arc<Semaphore> {
        // Nothing that holds the lock leaves the map half changed.
        let mut holders = self.of_holders.lock().unwrap_or_else(PoisonError::into_inner);
        if holders.len() >= MOST_REMEMBERED {
            // A permit that is held or awaited keeps a reference.
            holders.retain(|_, permits| Arc::strong_count(permits) > 1);
        }
        holders.entry(holder).or_insert_with(|| Arc::new(Semaphore::new(self.each))).clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn keeps_holders_with_permits() {
        let shares = Shares::new(2);
        let held = shares.of(0).try_acquire_owned().unwrap();
        (1..=MOST_REMEMBERED).for_each(|holder| drop(shares.of(holder)));
        assert_eq!(shares.of(0).available_permits(), 1);
        assert!(shares.of_holders.lock().unwrap().len() < MOST_REMEMBERED);
        drop(held);
    }
}
