//! One line of a task's log as Drove's executors write it: `LEVEL | date | logger | message`, the date without a time zone.

/// A line taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExecutorLine<'a> {
    /// `INFO`, `ERROR`, ….
    pub level: &'a str,
    /// `2026-11-25`.
    pub date: &'a str,
    /// `02:11:45,153`.
    pub time: &'a str,
    /// Who wrote it: `InstanceLogHandler` for the container itself.
    pub logger: &'a str,
    /// What it says.
    pub message: &'a str,
}

impl<'a> ExecutorLine<'a> {
    /// Takes a line apart; nothing if it has another format.
    pub fn read(raw: &'a str) -> Option<Self> {
        let mut parts = raw.splitn(4, '|');
        let (level, moment, logger, message) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let level = level.trim();
        if !matches!(level, "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR") {
            return None;
        }
        let (date, time) = moment.trim().split_once(' ')?;
        let message = message.strip_prefix(' ').unwrap_or(message);
        time.starts_with(|c: char| c.is_ascii_digit()).then_some(Self {
            level,
            date,
            time,
            logger: logger.trim(),
            message,
        })
    }

    /// Its date and time in milliseconds since the epoch, if the executor's clock showed UTC.
    pub fn local_millis(&self) -> Option<i64> {
        let mut date = self.date.split('-').map(str::parse::<i64>);
        let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
        let (clock, millis) = self.time.split_once([',', '.']).unwrap_or((self.time, "0"));
        let mut clock = clock.split(':').map(str::parse::<i64>);
        let (hour, minute, second) = (clock.next()?.ok()?, clock.next()?.ok()?, clock.next()?.ok()?);
        Some(
            ((days(year, month, day) * 24 + hour) * 60 + minute) * 60_000
                + second * 1_000
                + millis.parse::<i64>().ok()?,
        )
    }
}

/// Days since the epoch (Howard Hinnant's algorithm, the inverse of `Utc::of`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn takes_a_line_of_an_executor_apart() {
        let line =
            ExecutorLine::read("ERROR | 2026-11-25 02:11:45,153 | InstanceLogHandler      | disk | full").unwrap();
        assert_eq!((line.level, line.logger, line.message), ("ERROR", "InstanceLogHandler", "disk | full"));
        assert_eq!((line.date, line.time), ("2026-11-25", "02:11:45,153"));
        assert_eq!(line.local_millis(), Some(1_795_572_705_153));
        let leap = ExecutorLine { date: "2024-02-29", time: "00:00:00", ..line };
        assert_eq!(leap.local_millis(), Some(1_709_164_800_000));
        for other in ["2026 whatever | x", "INFO | yesterday | x | y", "NOTE | 2026-11-25 02:11:45 | x | y", ""] {
            assert_eq!(ExecutorLine::read(other), None, "{other}");
        }
    }
}
