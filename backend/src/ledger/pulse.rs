//! How far the ledger is behind what it is told, and the watcher behind the cluster.

use crate::clock;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Kept by those who wait until what they told is stored.
#[derive(Debug, Default)]
pub struct Pulse(Mutex<Beat>);

#[derive(Debug, Default)]
struct Beat {
    /// How long the last thing told took to be stored.
    last: Duration,
    /// Since when each of those who wait does.
    waiting: BTreeMap<u64, Instant>,
    next: u64,
    /// When something that the watcher read was last stored.
    observed: Option<Instant>,
}

/// One who waits; whoever gives up no longer counts.
#[derive(Debug)]
pub struct Wait {
    pulse: Arc<Pulse>,
    number: u64,
}

impl Pulse {
    /// Something was told, and is to be stored.
    pub fn wait(self: &Arc<Self>) -> Wait {
        let mut beat = self.lock();
        let number = beat.next;
        beat.next += 1;
        beat.waiting.insert(number, clock::monotonic());
        Wait { pulse: self.clone(), number }
    }

    /// Something that the watcher read was stored.
    pub fn observed(&self) {
        self.lock().observed = Some(clock::monotonic());
    }

    /// Time from being told to being stored: of what was stored last, or so far of what still waits, if that is longer.
    pub fn lag(&self) -> Duration {
        let beat = self.lock();
        let oldest = beat.waiting.values().next().map(Instant::elapsed);
        oldest.unwrap_or_default().max(beat.last)
    }

    /// Time since the watcher last read something that is stored.
    pub fn since_observed(&self) -> Option<Duration> {
        self.lock().observed.map(|at| at.elapsed())
    }

    fn lock(&self) -> MutexGuard<'_, Beat> {
        // Nothing that holds the lock can leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wait {
    /// It is stored.
    pub fn stored(self) {
        let mut beat = self.pulse.lock();
        if let Some(since) = beat.waiting.get(&self.number) {
            beat.last = since.elapsed();
        }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.pulse.lock().waiting.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_counts_until_it_is_stored_or_given_up() {
        let pulse = Arc::new(Pulse::default());
        assert_eq!((pulse.lag(), pulse.since_observed()), (Duration::ZERO, None));
        let (first, second) = (pulse.wait(), pulse.wait());
        let waited = pulse.lag();
        assert!(waited > Duration::ZERO && pulse.lag() > waited, "it grows while somebody waits");
        drop(first);
        second.stored();
        let last = pulse.lag();
        assert!(last > Duration::ZERO);
        assert_eq!(pulse.lag(), last, "nobody waits any more");
        pulse.observed();
        assert!(pulse.since_observed().is_some());
    }
}
