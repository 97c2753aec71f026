//! Spans of time as a person reads them: two units, `2m 13s`.

use std::time::Duration;

/// `35 ms`, `0.9 s`, `14.0 s`, `2m 13s`, `1h 06m`, `3d 2h`: never more than two units. Tenths below a minute, so that a
/// growing number does not change its width.
pub fn format_span(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0 if span.as_millis() < 100 => format!("{} ms", span.as_millis()),
        0..60 => tenths(span),
        _ => long(seconds),
    }
}

/// As [`format_span`] for running text: `14 s` rather than `14.0 s`.
pub fn format_span_rounded(span: Duration) -> String {
    match span.as_secs() {
        10..60 => format!("{} s", span.as_secs()),
        _ => format_span(span),
    }
}

fn tenths(span: Duration) -> String {
    format!("{}.{} s", span.as_secs(), span.subsec_millis() / 100)
}

fn long(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours) {
        (0, 0) => format!("{minutes}m {:02}s", seconds % 60),
        (0, _) => format!("{hours}h {:02}m", minutes % 60),
        _ => format!("{days}d {}h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_at_most_two_units() {
        for (millis, text) in [
            (0, "0 ms"),
            (35, "35 ms"),
            (940, "0.9 s"),
            (14_000, "14.0 s"),
            (59_999, "59.9 s"),
            (60_000, "1m 00s"),
            (133_400, "2m 13s"),
            (3_960_000, "1h 06m"),
            (266_400_000, "3d 2h"),
        ] {
            assert_eq!(format_span(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn running_text_drops_the_tenths_of_long_spans() {
        for (millis, text) in [(1_200, "1.2 s"), (14_900, "14 s"), (133_400, "2m 13s")] {
            assert_eq!(format_span_rounded(Duration::from_millis(millis)), text);
        }
    }
}
