use super::format_ago;
use crate::browser::{local_clock, zone_name, zone_offset};
use model::{Timestamp, Utc, format_span};
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

/// A label of a time axis: `12:04:18`, with a date `22 Nov 12:04`.
pub fn format_axis(time: Timestamp, dated: bool) -> String {
    let parts = local_clock(time.millis());
    match dated {
        true => format!("{} {:02}:{:02}", day(&parts, &parts), parts[3], parts[4]),
        false => clock(&parts),
    }
}

/// Whether two times lie on one day in the viewer's zone.
pub fn is_same_day(one: Timestamp, other: Timestamp) -> bool {
    local_clock(one.millis())[..3] == local_clock(other.millis())[..3]
}

/// The viewer's zone at a time, which all times on the page are in: `Asia/Kolkata (UTC+5:30)`.
pub fn format_zone(time: Timestamp) -> String {
    match (zone_name(), utc_offset(zone_offset(time.millis()))) {
        (name, offset) if name == offset => offset,
        (name, offset) => format!("{name} ({offset})"),
    }
}

/// `UTC+5:30`, `UTC-3`, `UTC`, for an offset in milliseconds.
pub fn utc_offset(offset: i64) -> String {
    let minutes = offset / 60_000;
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    let sign = if minutes < 0 { '-' } else { '+' };
    match (hours, rest) {
        (0, 0) => "UTC".into(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
    }
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
    let Utc { year, month, day, hour, minute, second, .. } = Utc::of(time);
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// That a machine's clock is ahead, if what it told at `told` came before that by more than a second:
/// `exec-3’s clock is 2.4 s ahead`.
pub fn clock_ahead(machine: &str, told: Timestamp, now: Timestamp) -> Option<String> {
    let ahead = told.since(now);
    (ahead > Duration::from_secs(1)).then(|| format!("{machine}’s clock is {} ahead", format_span(ahead)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_an_offset_by_hours_and_minutes() {
        for (minutes, name) in [(0, "UTC"), (60, "UTC+1"), (330, "UTC+5:30"), (-210, "UTC-3:30")] {
            assert_eq!(utc_offset(minutes * 60_000), name);
        }
    }

    #[test]
    fn utc_is_counted_right() {
        assert_eq!(format_utc(Timestamp(0)), "1970-01-01 00:00:00 UTC");
        assert_eq!(format_utc(Timestamp(951_782_400_000)), "2000-02-29 00:00:00 UTC");
        assert_eq!(format_utc(Timestamp(1_795_608_258_012)), "2026-11-25 12:04:18 UTC");
    }

    #[test]
    fn a_clock_that_is_ahead_is_named() {
        let ahead = |millis: i64| clock_ahead("exec-3", Timestamp(1_000_000 + millis), Timestamp(1_000_000));
        assert_eq!(ahead(2_400).as_deref(), Some("exec-3’s clock is 2.4 s ahead"));
        assert_eq!((ahead(1_000), ahead(-5_000)), (None, None));
    }

    #[test]
    fn the_date_shows_when_it_is_another_day() {
        let time = [2026, 11, 22, 12, 4, 1, 0];
        assert_eq!(moment(&time, &[2026, 11, 22, 23, 0, 0, 0]), "12:04:01");
        assert_eq!(moment(&time, &[2026, 11, 25, 1, 0, 0, 0]), "22 Nov 12:04:01");
        assert_eq!(moment(&time, &[2027, 1, 1, 0, 0, 0, 0]), "22 Nov 2026 12:04:01");
    }
}
