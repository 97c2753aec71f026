use std::time::Duration;
use tokio::time::Instant;

/// At most one frame in [`SPACING`], except that the first one after a pause goes at once.
pub(super) const SPACING: Duration = Duration::from_millis(50);
/// Counts are queried at most this often.
pub(super) const COUNT_SPACING: Duration = Duration::from_secs(1);

/// Something that may be done now and then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    spacing: Duration,
    last: Option<Instant>,
}

impl Pace {
    /// At most once in `spacing`.
    pub fn new(spacing: Duration) -> Self {
        Self { spacing, last: None }
    }

    /// When it may be done next; in the past if it may be done now.
    pub fn next(&self) -> Instant {
        self.last.map_or_else(Instant::now, |last| last + self.spacing)
    }

    /// It may be done now.
    pub fn is_due(&self) -> bool {
        self.next() <= Instant::now()
    }

    /// It was done.
    pub fn done(&mut self) {
        self.last = Some(Instant::now());
    }
}
