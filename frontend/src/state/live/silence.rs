//! When a connection that says nothing counts as dead.

/// The server sends something at least every 5 s.
const SILENCE_MS: f64 = 10_000.0;
/// Time for a new connection to open.
const OPENING_MS: f64 = 5_000.0;

/// Whether a connection is to be given up that has been silent for `silent_ms`: since the last frame if it is open, else
/// since it was asked for.
pub fn is_dead(is_open: bool, silent_ms: f64) -> bool {
    silent_ms > if is_open { SILENCE_MS } else { OPENING_MS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_up_an_open_connection_after_two_missed_beats_and_a_new_one_after_five_seconds() {
        assert!(!is_dead(true, 9_900.0));
        assert!(is_dead(true, 10_100.0));
        assert!(!is_dead(false, 4_900.0));
        assert!(is_dead(false, 5_100.0));
    }
}
