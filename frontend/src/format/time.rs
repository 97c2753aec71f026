use super::format_ago;
use crate::browser::local_clock;
use model::Timestamp;
use std::time::Duration;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Time of day in the viewer's zone: `12:04:18`.
pub fn format_clock(time: Timestamp) -> String {
    clock(&local_clock(time.millis()))
}

/// As [`format_clock`], with the date unless it is the day of `now`: `22 Nov 12:04:01`.
pub fn format_moment(time: Timestamp, now: Timestamp) -> String {
    moment(&local_clock(time.millis()), &local_clock(now.millis()))
}

/// As [`format_ago`] within a day, and the date after that: `3m ago`, `22 Nov`.
pub fn format_age(time: Timestamp, now: Timestamp) -> String {
    if now.since(time) < Duration::from_secs(86_400) {
        return format_ago(time, now);
    }
    day(&local_clock(time.millis()), &local_clock(now.millis()))
}

/// To the millisecond: `12:04:18.012`.
pub fn format_precise(time: Timestamp) -> String {
    let parts = local_clock(time.millis());
    format!("{}.{:03}", clock(&parts), parts[6])
}

/// In UTC, for tooltips: `2026-11-25 12:04:18 UTC`.
pub fn format_utc(time: Timestamp) -> String {
    let seconds = time.millis().div_euclid(1_000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    format!("{year}-{month:02}-{day:02} {:02}:{:02}:{:02} UTC", second / 3_600, second % 3_600 / 60, second % 60)
}

fn clock(parts: &[u32; 7]) -> String {
    format!("{:02}:{:02}:{:02}", parts[3], parts[4], parts[5])
}

fn moment(time: &[u32; 7], now: &[u32; 7]) -> String {
    if time[..3] == now[..3] {
        return clock(time);
    }
    format!("{} {}", day(time, now), clock(time))
}

fn day(time: &[u32; 7], now: &[u32; 7]) -> String {
    let month = MONTHS.get(time[1].saturating_sub(1) as usize).copied().unwrap_or_default();
    let year = if time[0] == now[0] { String::new() } else { format!(" {}", time[0]) };
    format!("{} {month}{year}", time[2])
}

/// Year, month and day of a number of days since 1970-01-01 (Howard Hinnant's algorithm, in whole 400-year eras).
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utc_is_counted_right() {
        assert_eq!(format_utc(Timestamp(0)), "1970-01-01 00:00:00 UTC");
        assert_eq!(format_utc(Timestamp(951_782_400_000)), "2000-02-29 00:00:00 UTC");
        assert_eq!(format_utc(Timestamp(1_795_608_258_012)), "2026-11-25 12:04:18 UTC");
    }

    #[test]
    fn the_date_shows_when_it_is_another_day() {
        let time = [2026, 11, 22, 12, 4, 1, 0];
        assert_eq!(moment(&time, &[2026, 11, 22, 23, 0, 0, 0]), "12:04:01");
        assert_eq!(moment(&time, &[2026, 11, 25, 1, 0, 0, 0]), "22 Nov 12:04:01");
        assert_eq!(moment(&time, &[2027, 1, 1, 0, 0, 0, 0]), "22 Nov 2026 12:04:01");
    }
}
