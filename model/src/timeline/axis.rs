//! Round times for the axis of a timeline.

use super::{Layout, layout::label_span};
use crate::Timestamp;

/// More labels than this are more than a reader needs.
const MOST_LABELS: usize = 6;
/// Steps between two labels that a person counts in, in seconds.
const STEPS: &[i64] = &[
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
];

/// As [`ticks`], but so few that labels of `letters` letters do not overlap on an axis of `layout`.
pub fn labelled_ticks(layout: &Layout, to: Timestamp, letters: usize, zone: i64) -> Vec<Timestamp> {
    let fit = |ticks: &Vec<Timestamp>| {
        ticks.windows(2).all(|pair| layout.share(pair[1]) - layout.share(pair[0]) >= label_span(letters))
    };
    (1..=MOST_LABELS).rev().map(|most| ticks(layout.from, to, most, zone)).find(fit).unwrap_or_default()
}

/// Round points in time within `from`..=`to`, at most `most` of them, on the reader's clock: `zone` is how many
/// milliseconds that clock is ahead of UTC.
pub fn ticks(from: Timestamp, to: Timestamp, most: usize, zone: i64) -> Vec<Timestamp> {
    let span = to.millis().saturating_sub(from.millis());
    let most = i64::try_from(most).unwrap_or(i64::MAX).max(1);
    let step = STEPS.iter().map(|s| s * 1_000).find(|step| span / step < most).unwrap_or(span / most + 1);
    let local = from.millis().saturating_add(zone);
    let first = local.div_euclid(step) * step + if local.rem_euclid(step) == 0 { 0 } else { step };
    (0..most).map(|n| Timestamp(first - zone + n * step)).take_while(|at| *at <= to).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    #[test]
    fn labels_stand_at_round_times_of_the_readers_clock() {
        let from = Timestamp(10 * MINUTE + 2_000);
        let to = Timestamp(12 * MINUTE + 40_000);
        let at = ticks(from, to, 6, 0);
        assert_eq!(at.iter().map(|t| t.millis() / 1_000).collect::<Vec<_>>(), [630, 660, 690, 720, 750]);

        let india = 330 * MINUTE;
        let day = ticks(Timestamp(0), Timestamp(24 * 60 * MINUTE), 6, india);
        assert!(day.iter().all(|t| (t.millis() + india) % (6 * 60 * MINUTE) == 0));
    }

    #[test]
    fn labels_never_overlap() {
        let layout = |span: i64| Layout {
            from: Timestamp(0),
            to: Timestamp(span),
            now: None,
            places: Vec::new(),
            callouts: Vec::new(),
            levels: 0,
            marks: Vec::new(),
        };
        for span in [1, 59_000, 3_600_000, 86_400_000 * 3, 86_400_000 * 400] {
            for letters in [8, 15, 20] {
                let layout = layout(span);
                let at = labelled_ticks(&layout, layout.to, letters, 0);
                let gap = |pair: &[Timestamp]| layout.share(pair[1]) - layout.share(pair[0]);
                assert!(at.windows(2).all(|pair| gap(pair) >= label_span(letters)), "{span} {letters}: {at:?}");
            }
        }
    }

    #[test]
    fn there_are_never_too_many_labels() {
        for span in [0, 1, 999, 59_000, 3_600_000, 86_400_000 * 3, 86_400_000 * 400] {
            let at = ticks(Timestamp(5), Timestamp(5 + span), 6, 0);
            assert!(at.len() <= 6, "{span}");
            assert!(at.iter().all(|t| t.millis() >= 5 && t.millis() <= 5 + span), "{span}");
        }
    }
}
