use model::Timestamp;
use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Whole seconds and at most two units: `45 s`, `2m 13s`, `3h 15m`, `3d 2h`. For what counts up in a list; a length that
/// is told once has tenths ([`model::format_span`]).
pub fn format_duration(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0 if !span.is_zero() => "<1 s".into(),
        0..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => format!("{}m {:02}s", seconds / MINUTE, seconds % MINUTE),
        HOUR..DAY => format!("{}h {:02}m", seconds / HOUR, seconds % HOUR / MINUTE),
        _ => format!("{}d {}h", seconds / DAY, seconds % DAY / HOUR),
    }
}

/// How long ago something was, in one unit or two: `now`, `3 s ago`, `3m ago`, `2h 06m ago`, `3d ago`. What lies ahead
/// is `now`: two clocks may disagree a little.
pub fn format_ago(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.since(then).as_secs();
    match seconds {
        0 => "now".into(),
        1..MINUTE => format!("{seconds} s ago"),
        MINUTE..HOUR => format!("{}m ago", seconds / MINUTE),
        HOUR..DAY => format!("{}h {:02}m ago", seconds / HOUR, seconds % HOUR / MINUTE),
        _ => format!("{}d ago", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_at_most_two_units() {
        for (seconds, text) in
            [(0, "0 s"), (59, "59 s"), (133, "2m 13s"), (11_700, "3h 15m"), (86_400 * 3 + 7_300, "3d 2h")]
        {
            assert_eq!(format_duration(Duration::from_secs(seconds)), text);
        }
        assert_eq!(format_duration(Duration::from_millis(120)), "<1 s", "it took some time");
    }

    #[test]
    fn ages_are_never_negative() {
        let now = Timestamp(10_000_000_000);
        for (before, text) in
            [(-5_000, "now"), (300, "now"), (3_000, "3 s ago"), (180_000, "3m ago"), (7_560_000, "2h 06m ago")]
        {
            assert_eq!(format_ago(Timestamp(now.0 - before), now), text);
        }
    }
}
