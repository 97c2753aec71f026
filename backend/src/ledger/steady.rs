//! Time that a clock set wrongly cannot move. Retention removes runs for good, so a wall clock that is days ahead for a minute
//! must not decide what is old.

use model::Timestamp;
use std::time::Duration;
use tokio::time::Instant;

/// A clock this far ahead of monotonic time has jumped.
const JUMP: Duration = Duration::from_secs(60);
/// A jump that lasts this long is believed: the machine slept, or its clock was wrong before.
const BELIEVED_AFTER: Duration = Duration::from_secs(24 * 3600);

/// Follows a clock by monotonic time.
#[derive(Debug)]
pub struct SteadyTime {
    anchor: (Timestamp, Instant),
    ahead_since: Option<Instant>,
}

impl SteadyTime {
    /// Starts at `now`, which the clock shows.
    pub fn starting_at(now: Timestamp) -> Self {
        Self { anchor: (now, Instant::now()), ahead_since: None }
    }

    /// Returns the clock's time `now`, or the time by the monotonic clock while `now` is a jump ahead of it. A jump is believed
    /// after a day.
    pub fn at(&mut self, now: Timestamp) -> Timestamp {
        let steady = self.anchor.0 + self.anchor.1.elapsed();
        if now.since(steady) <= JUMP {
            self.ahead_since = None;
            return now;
        }
        let since = *self.ahead_since.get_or_insert_with(Instant::now);
        if since.elapsed() < BELIEVED_AFTER {
            tracing::warn!(
                ahead = ?now.since(steady),
                "the clock has jumped ahead: until it is back, or a day has passed, old runs are judged by the time before"
            );
            return steady;
        }
        *self = Self::starting_at(now);
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    const DAY: Duration = Duration::from_secs(24 * 3600);

    #[tokio::test(start_paused = true)]
    async fn a_jump_is_believed_after_a_day_only() {
        let start = Timestamp(1_000_000);
        let mut steady = SteadyTime::starting_at(start);
        advance(DAY).await;
        assert_eq!(steady.at(start + DAY), start + DAY);
        assert_eq!(steady.at(start + 41 * DAY), start + DAY, "40 days ahead");
        assert_eq!(steady.at(start), start, "a clock that is set back removes nothing");
        assert_eq!(steady.at(start + DAY), start + DAY, "it is right again");
        assert_eq!(steady.at(start + 41 * DAY), start + DAY);
        advance(DAY).await;
        assert_eq!(steady.at(start + 42 * DAY), start + 42 * DAY);
    }
}
