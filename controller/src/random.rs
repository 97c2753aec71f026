//! Chance, keyed: one stream for each (seed, purpose, task key, number), so that what happens to one task never changes
//! what happens to another.

use model::TaskKey;
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};
use sha2::{Digest, Sha256};
use uuid::Builder;

/// One stream of random numbers.
pub(crate) struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream for this purpose. `number` is the n-th accepted CREATE of the key, or whatever tells its uses apart.
    pub(crate) fn of(seed: u64, purpose: &str, key: &TaskKey, number: u64) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        hash.update(number.to_le_bytes());
        for part in [purpose, key.app.as_str(), key.id.as_str()] {
            hash.update(part);
            // No name holds this byte, so parts cannot run into each other.
            hash.update([0xff]);
        }
        Self(ChaCha8Rng::from_seed(hash.finalize().into()))
    }

    /// A stream that belongs to no task.
    pub(crate) fn general(seed: u64, purpose: &str, number: u64) -> Self {
        Self::of(seed, purpose, &TaskKey::default(), number)
    }

    /// A number from 0 to `bound` - 1; 0 if `bound` is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // The bias of the remainder is below 2^-40 for every bound used here.
        self.0.next_u64().checked_rem(bound).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True `percent` times out of a hundred.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// The numbers from 0 to `count` - 1 in random order.
    pub(crate) fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            let other = usize::try_from(self.below(last as u64 + 1)).unwrap_or(last);
            order.swap(last, other);
        }
        order
    }

    /// A version 4 UUID.
    pub(crate) fn uuid(&mut self) -> uuid::Uuid {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// `digits` hex digits.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from_digit(u32::try_from(self.below(16)).unwrap_or(0), 16).unwrap_or('0')).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_everything_it_is_keyed_by() {
        let key = TaskKey::new("A", "1");
        let first = |seed, purpose, key: &TaskKey, number| Stream::of(seed, purpose, key, number).below(u64::MAX);
        let base = first(1, "pull", &key, 1);
        assert_eq!(base, first(1, "pull", &key, 1));
        assert_ne!(base, first(2, "pull", &key, 1));
        assert_ne!(base, first(1, "run", &key, 1));
        assert_ne!(base, first(1, "pull", &TaskKey::new("A", "2"), 1));
        assert_ne!(base, first(1, "pull", &key, 2));
        assert_ne!(first(1, "p", &TaskKey::new("AB", "C"), 1), first(1, "p", &TaskKey::new("A", "BC"), 1));
    }

    #[test]
    fn an_order_holds_every_number_once() {
        let mut order = Stream::general(7, "order", 0).order(20);
        assert_ne!(order, (0..20).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..20).collect::<Vec<_>>());
    }
}
