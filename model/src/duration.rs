//! Dropwizard's duration texts, `5m` or `100 seconds` (contract 3.9).

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, time::Duration};

/// Unit of a [`DroveDuration`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DurationUnit {
    /// 10^-9 s.
    Nanoseconds,
    /// 10^-6 s.
    Microseconds,
    /// 10^-3 s.
    Milliseconds,
    /// 1 s.
    Seconds,
    /// 60 s.
    Minutes,
    /// 3600 s.
    Hours,
    /// 86400 s.
    Days,
}

impl DurationUnit {
    fn from_suffix(suffix: &str) -> Option<Self> {
        Some(match suffix {
            "ns" | "nanosecond" | "nanoseconds" => DurationUnit::Nanoseconds,
            "us" | "microsecond" | "microseconds" => DurationUnit::Microseconds,
            "ms" | "millisecond" | "milliseconds" => DurationUnit::Milliseconds,
            "s" | "second" | "seconds" => DurationUnit::Seconds,
            "m" | "min" | "mins" | "minute" | "minutes" => DurationUnit::Minutes,
            "h" | "hour" | "hours" => DurationUnit::Hours,
            "d" | "day" | "days" => DurationUnit::Days,
            _ => return None,
        })
    }

    fn nanos(self) -> u128 {
        match self {
            DurationUnit::Nanoseconds => 1,
            DurationUnit::Microseconds => 1_000,
            DurationUnit::Milliseconds => 1_000_000,
            DurationUnit::Seconds => 1_000_000_000,
            DurationUnit::Minutes => 60_000_000_000,
            DurationUnit::Hours => 3_600_000_000_000,
            DurationUnit::Days => 86_400_000_000_000,
        }
    }

    fn singular(self) -> &'static str {
        match self {
            DurationUnit::Nanoseconds => "nanosecond",
            DurationUnit::Microseconds => "microsecond",
            DurationUnit::Milliseconds => "millisecond",
            DurationUnit::Seconds => "second",
            DurationUnit::Minutes => "minute",
            DurationUnit::Hours => "hour",
            DurationUnit::Days => "day",
        }
    }
}

/// A count and a unit, kept as written: Drove sends `60000ms` back as `60000 milliseconds` (contract 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DroveDuration {
    /// How many.
    pub count: u64,
    /// Of what.
    pub unit: DurationUnit,
}

impl DroveDuration {
    /// `count` seconds.
    pub fn seconds(count: u64) -> Self {
        Self { count, unit: DurationUnit::Seconds }
    }

    /// Reads a duration by Drove's grammar: digits, blanks, a case-sensitive suffix; no sign, no fraction, no leading
    /// blank. The error is Dropwizard's own wording.
    pub fn parse(text: &str) -> Result<Self, String> {
        let invalid = || format!("Invalid duration: {text}");
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (count, rest) = text.split_at(digits);
        // Java's `\s`: a no-break space is a part of the suffix.
        let is_blank = |c: char| c.is_ascii_whitespace() || c == '\u{b}';
        let suffix = rest.trim_start_matches(is_blank);
        if count.len() > 1 && rest.is_empty() {
            // Dropwizard's pattern gives its last digit to the suffix.
            return Err(format!("{}. Wrong time unit", invalid()));
        }
        if count.is_empty() || suffix.is_empty() || suffix.contains(is_blank) {
            return Err(invalid());
        }
        let unit = DurationUnit::from_suffix(suffix).ok_or_else(|| format!("{}. Wrong time unit", invalid()))?;
        let count = count.parse().ok().filter(|n| *n <= i64::MAX as u64).ok_or_else(invalid)?;
        Ok(Self { count, unit })
    }

    /// The span itself, saturating far beyond anything a task can take.
    pub fn to_std(self) -> Duration {
        let nanos = u128::from(self.count).saturating_mul(self.unit.nanos());
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for DroveDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {}{plural}", self.count, self.unit.singular())
    }
}

impl Serialize for DroveDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for DroveDuration {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        let text = utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::Type::String);
        text.description(Some("A duration: a number and its unit.")).examples(["100 seconds"]).into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for DroveDuration {}

impl<'de> Deserialize<'de> for DroveDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        DroveDuration::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_droves() {
        for (text, written) in
            [("5m", "5 minutes"), ("1m", "1 minute"), ("60000ms", "60000 milliseconds"), ("0s", "0 seconds")]
        {
            assert_eq!(DroveDuration::parse(text).unwrap().to_string(), written);
        }
        assert_eq!(DroveDuration::parse("5x").unwrap_err(), "Invalid duration: 5x. Wrong time unit");
        for bad in ["abc", " 5m", "5 m m", "", "5", "5m ", "-5m"] {
            assert_eq!(DroveDuration::parse(bad).unwrap_err(), format!("Invalid duration: {bad}"));
        }
        for bad in ["5M", "1.5m", "300", "5\u{a0}m"] {
            assert_eq!(DroveDuration::parse(bad).unwrap_err(), format!("Invalid duration: {bad}. Wrong time unit"));
        }
    }

    #[test]
    fn a_duration_spans_what_it_says() {
        assert_eq!(DroveDuration::parse("2h").unwrap().to_std(), Duration::from_secs(7200));
        assert_eq!(DroveDuration::parse("9223372036854775807d").unwrap().to_std(), Duration::from_nanos(u64::MAX));
    }
}
