//! Round times for the axis of a timeline.

use crate::Timestamp;

/// Steps between two labels that a person counts in, in seconds.
const STEPS: &[i64] = &[
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
];

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
    fn there_are_never_too_many_labels() {
        for span in [0, 1, 999, 59_000, 3_600_000, 86_400_000 * 3, 86_400_000 * 400] {
            let at = ticks(Timestamp(5), Timestamp(5 + span), 6, 0);
            assert!(at.len() <= 6, "{span}");
            assert!(at.iter().all(|t| t.millis() >= 5 && t.millis() <= 5 + span), "{span}");
        }
    }
}
