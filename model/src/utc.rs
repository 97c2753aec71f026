//! The calendar, without a clock and without a time zone: the parts of a point in time in UTC.

use crate::Timestamp;

/// A point in time as people write it, in UTC. How it is written is up to who writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Utc {
    /// Of the Gregorian calendar.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// Days since Monday, 0 to 6.
    pub weekday: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// Milliseconds, 0 to 999.
    pub milli: u16,
}

const DAY: i64 = 86_400_000;

impl Utc {
    /// Splits a time into its parts (Howard Hinnant's algorithm: days counted from 1 March of year 0 in eras of 400 years,
    /// so that leap days fall at the end of a year).
    pub fn of(at: Timestamp) -> Self {
        let days = at.millis().div_euclid(DAY);
        let within = at.millis().rem_euclid(DAY);
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: small(month),
            day: small(day_of_year - (153 * march_month + 2) / 5 + 1),
            // 1 January 1970 was a Thursday.
            weekday: small((days + 3).rem_euclid(7)),
            hour: small(within / 3_600_000),
            minute: small(within / 60_000 % 60),
            second: small(within / 1_000 % 60),
            milli: u16::try_from(within % 1_000).unwrap_or_default(),
        }
    }
}

/// Parts of a date are at most 59.
fn small(part: i64) -> u8 {
    u8::try_from(part).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(millis: i64) -> (i64, [u8; 6], u16) {
        let Utc { year, month, day, weekday, hour, minute, second, milli } = Utc::of(Timestamp(millis));
        (year, [month, day, weekday, hour, minute, second], milli)
    }

    #[test]
    fn leap_days_and_ends_of_years_are_where_they_belong() {
        assert_eq!(parts(0), (1970, [1, 1, 3, 0, 0, 0], 0));
        assert_eq!(parts(-1), (1969, [12, 31, 2, 23, 59, 59], 999));
        assert_eq!(parts(951_782_400_000), (2000, [2, 29, 1, 0, 0, 0], 0));
        assert_eq!(parts(1_709_164_800_000), (2024, [2, 29, 3, 0, 0, 0], 0));
        assert_eq!(parts(1_735_689_599_999), (2024, [12, 31, 1, 23, 59, 59], 999));
        assert_eq!(parts(1_795_572_705_153), (2026, [11, 25, 2, 2, 11, 45], 153));
    }
}
