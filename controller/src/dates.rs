//! Dates in the forms that an executor's log has them, always UTC (contract 2.4).

use model::{Timestamp, Utc};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// `2026-11-25 02:11:45,153`: the executor's log format.
pub(crate) fn log_date(at: Timestamp) -> String {
    let Utc { year, month, day, hour, minute, second, milli, .. } = Utc::of(at);
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02},{milli:03}")
}

/// `Wed Nov 25 02:11:45 UTC 2026`: Java's own form.
pub(crate) fn java_date(at: Timestamp) -> String {
    let Utc { year, month, day, weekday, hour, minute, second, .. } = Utc::of(at);
    let weekday = WEEKDAYS.get(usize::from(weekday)).copied().unwrap_or_default();
    let month = MONTHS.get(usize::from(month) - 1).copied().unwrap_or_default();
    format!("{weekday} {month} {day:02} {hour:02}:{minute:02}:{second:02} UTC {year}")
}

/// `2026-11-25T02:30:20.423000000Z`: docker's form.
pub(crate) fn docker_date(at: Timestamp) -> String {
    let Utc { year, month, day, hour, minute, second, milli, .. } = Utc::of(at);
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}000000Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_as_a_real_executor_wrote_them() {
        let at = Timestamp(1_795_572_705_153);
        assert_eq!(log_date(at), "2026-11-25 02:11:45,153");
        assert_eq!(java_date(at), "Wed Nov 25 02:11:45 UTC 2026");
        assert_eq!(docker_date(at), "2026-11-25T02:11:45.153000000Z");
        assert_eq!(java_date(Timestamp(0)), "Thu Jan 01 00:00:00 UTC 1970");
    }
}
