//! What a screen reader says of a log that is being written: at a pace that can be listened to. Pure.

use crate::format::format_number;

/// Between two announcements.
pub const PACE_MS: u64 = 5_000;
/// Letters said of a line.
const LONGEST: usize = 160;

/// What is new since the last announcement.
#[derive(Clone, Copy, Debug, Default)]
pub struct Announcer {
    said: Option<u64>,
}

impl Announcer {
    /// What to say when `finished` lines were written, `newest` last: nothing if none is new, or the first time.
    pub fn next(&mut self, finished: u64, newest: &str) -> Option<String> {
        let new = finished.saturating_sub(self.said.replace(finished).unwrap_or(finished));
        let newest: String = newest.chars().take(LONGEST).collect();
        match new {
            0 => None,
            1 => Some(newest),
            n => Some(format!("{} new lines, the newest: {newest}", format_number(n))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_new_in_one_sentence() {
        let mut announcer = Announcer::default();
        assert_eq!(announcer.next(93, "old"), None, "what was there before");
        assert_eq!(announcer.next(93, "old"), None);
        assert_eq!(announcer.next(94, "hello").as_deref(), Some("hello"));
        assert_eq!(announcer.next(344, "last").as_deref(), Some("250 new lines, the newest: last"));
    }
}
