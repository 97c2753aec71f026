//! How far the clock of the cluster's leader is from this machine's.

use http::{HeaderMap, header};
use model::Timestamp;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
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
    /// Measures the clock by the `Date` of a response, if it has one: it was dated between `sent` and `received`.
    pub fn measure(&self, response: &HeaderMap, sent: Timestamp, received: Timestamp) {
        let Some(date) = response.get(header::DATE).and_then(|date| date.to_str().ok()) else { return };
        let Ok(date) = httpdate::parse_http_date(date) else { return };
        let since = date.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let Ok(date) = i64::try_from(since.as_millis()) else { return };
        // Fractions of a second are cut off.
        let (earliest, latest) = (sent.millis() - 1_000, received.millis());
        let measured = date - date.clamp(earliest.min(latest), latest);
        let mut ahead = self.lock();
        if ahead.is_none_or(|ahead| (measured - ahead).abs() > RESOLUTION_MS) {
            *ahead = Some(measured);
        }
    }

    /// Converts `now` to the leader's time; nothing if its clock was never measured.
    pub fn at(&self, now: Timestamp) -> Option<Timestamp> {
        Some(Timestamp(now.millis().saturating_add(self.measured()?)))
    }

    fn measured(&self) -> Option<i64> {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Option<i64>> {
        // Nothing that holds the lock leaves the value half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        clock.measure(&dated("Sun, 29 Nov 2026 00:00:00 GMT"), now, now);
        assert_eq!(clock.ahead_ms(), Some(1_000 - 24 * 3600 * 1000));
        clock.measure(&dated("Sun, 29 Nov 2026 00:00:01 GMT"), now, now);
        assert_eq!(clock.ahead_ms(), Some(1_000 - 24 * 3600 * 1000), "a second is within the resolution");
        for silent in [HeaderMap::new(), dated("yesterday")] {
            clock.measure(&silent, now, now);
            assert!(clock.ahead_ms().is_some());
        }
        clock.measure(&dated("Mon, 30 Nov 2026 00:00:01 GMT"), now, now);
        assert_eq!(clock.ahead_ms(), None);
        let minute = Duration::from_secs(60);
        clock.measure(&dated("Mon, 30 Nov 2026 00:00:00 GMT"), now, now + minute);
        assert_eq!(clock.ahead_ms(), None, "dated when the request came, answered a minute later");
    }
}
