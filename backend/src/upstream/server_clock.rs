//! How far the clock of the cluster's leader is from this machine's.

use http::{HeaderMap, header};
use model::Timestamp;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Clocks that differ by less count as the same: the `Date` of a response has whole seconds, and responses take time.
const TOLERANCE: Duration = Duration::from_secs(10);
/// A measurement replaces the last one when it differs by more.
const RESOLUTION_MS: i64 = 2_000;

/// The clock that the last responses of a leader were dated by.
#[derive(Debug, Default)]
pub struct ServerClock(Mutex<Option<i64>>);

impl ServerClock {
    /// Measures the clock by the `Date` of a response that came at `now`, if it has one.
    pub fn measure(&self, response: &HeaderMap, now: Timestamp) {
        let Some(date) = response.get(header::DATE).and_then(|date| date.to_str().ok()) else { return };
        let Ok(date) = httpdate::parse_http_date(date) else { return };
        let since = date.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let Ok(date) = i64::try_from(since.as_millis()) else { return };
        // Whole seconds are cut off, half a second on average.
        let measured = (date + 500).saturating_sub(now.millis());
        // Nothing that holds the lock leaves the value half changed.
        let mut ahead = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ahead.is_none_or(|ahead| (measured - ahead).abs() > RESOLUTION_MS) {
            *ahead = Some(measured);
        }
    }

    /// What it shows when this machine's clock shows `now`; nothing if it was never measured.
    pub fn at(&self, now: Timestamp) -> Option<Timestamp> {
        Some(Timestamp(now.millis().saturating_add(self.measured()?)))
    }

    fn measured(&self) -> Option<i64> {
        // Nothing that holds the lock leaves the value half changed.
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// By how many milliseconds it is ahead of this machine's clock, negative if behind; nothing if they agree.
    pub fn ahead_ms(&self) -> Option<i64> {
        self.measured().filter(|ahead| u128::from(ahead.unsigned_abs()) > TOLERANCE.as_millis())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn a_clock_that_is_off_is_measured_and_one_that_is_right_again_is_not_reported() {
        let clock = ServerClock::default();
        // 2026-11-30T00:00:00Z.
        let now = Timestamp(1_795_996_800_000);
        let dated = |date: &str| HeaderMap::from_iter([(header::DATE, date.parse().unwrap())]);
        assert_eq!(clock.ahead_ms(), None);
        clock.measure(&dated("Sun, 29 Nov 2026 00:00:00 GMT"), now);
        assert_eq!(clock.ahead_ms(), Some(500 - 24 * 3600 * 1000));
        clock.measure(&dated("Sun, 29 Nov 2026 00:00:01 GMT"), now);
        assert_eq!(clock.ahead_ms(), Some(500 - 24 * 3600 * 1000), "a second is within the resolution");
        for silent in [HeaderMap::new(), dated("yesterday")] {
            clock.measure(&silent, now);
            assert!(clock.ahead_ms().is_some());
        }
        clock.measure(&dated("Mon, 30 Nov 2026 00:00:01 GMT"), now);
        assert_eq!(clock.ahead_ms(), None);
    }
}
