//! Dates in the forms that an executor's log has them, always UTC (contract 2.4).

use model::Timestamp;

/// A point in time as people write it.
pub(crate) struct Civil {
    year: i64,
    month: u32,
    day: u32,
    weekday: usize,
    hour: i64,
    minute: i64,
    second: i64,
    milli: i64,
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const DAY: i64 = 86_400_000;

impl Civil {
    /// Splits a time into its parts.
    pub(crate) fn of(at: Timestamp) -> Self {
        let days = at.millis().div_euclid(DAY);
        let within = at.millis().rem_euclid(DAY);
        // Days counted from 1 March of year 0, in eras of 400 years: leap days fall at the end of a year.
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: u32::try_from(month).unwrap_or(1),
            day: u32::try_from(day).unwrap_or(1),
            weekday: usize::try_from(days.rem_euclid(7)).unwrap_or(0),
            hour: within / 3_600_000,
            minute: within / 60_000 % 60,
            second: within / 1_000 % 60,
            milli: within % 1_000,
        }
    }

    /// `2026-11-25 02:11:45,153`: the executor's log format.
    pub(crate) fn log(&self) -> String {
        let Self { year, month, day, hour, minute, second, milli, .. } = self;
        format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02},{milli:03}")
    }

    /// `Wed Nov 25 02:11:45 UTC 2026`: Java's own form.
    pub(crate) fn java(&self) -> String {
        let Self { year, day, hour, minute, second, .. } = self;
        let weekday = WEEKDAYS.get(self.weekday).copied().unwrap_or_default();
        let month = MONTHS.get(self.month as usize - 1).copied().unwrap_or_default();
        format!("{weekday} {month} {day:02} {hour:02}:{minute:02}:{second:02} UTC {year}")
    }

    /// `2026-11-25T02:30:20.423000000Z`: docker's form.
    pub(crate) fn docker(&self) -> String {
        let Self { year, month, day, hour, minute, second, milli, .. } = self;
        format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}000000Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_as_a_real_executor_wrote_them() {
        let civil = Civil::of(Timestamp(1_795_572_705_153));
        assert_eq!(civil.log(), "2026-11-25 02:11:45,153");
        assert_eq!(civil.java(), "Wed Nov 25 02:11:45 UTC 2026");
        assert_eq!(civil.docker(), "2026-11-25T02:11:45.153000000Z");
    }

    #[test]
    fn leap_days_and_ends_of_years_are_where_they_belong() {
        assert_eq!(Civil::of(Timestamp(951_782_400_000)).log(), "2000-02-29 00:00:00,000");
        assert_eq!(Civil::of(Timestamp(1_709_164_800_000)).log(), "2024-02-29 00:00:00,000");
        assert_eq!(Civil::of(Timestamp(1_735_689_599_999)).log(), "2024-12-31 23:59:59,999");
        assert_eq!(Civil::of(Timestamp(0)).java(), "Thu Jan 01 00:00:00 UTC 1970");
    }
}
