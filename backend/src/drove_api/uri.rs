//! Paths and queries as Drove's server reads them (contract 1.2, "unparsable query/path number", and 2.12).

use super::refusal::Refusal;

/// The decoded segments of a path below `/apis/v1`.
pub struct Segments(Vec<String>);

impl Segments {
    /// Splits, then decodes, so that an encoded slash stays inside its segment. `None` outside of the API.
    pub fn parse(path: &str) -> Option<Self> {
        let rest = path.strip_prefix('/')?;
        let mut segments = rest.strip_suffix('/').unwrap_or(rest).split('/').map(decode);
        if segments.next()? != "apis" || segments.next()? != "v1" {
            return None;
        }
        let segments: Vec<String> = segments.collect();
        (!segments.is_empty() && segments.iter().all(|segment| !segment.is_empty())).then_some(Self(segments))
    }

    /// The segments, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// Why servers and proxies may disagree about which route a path names, if they may: such a path could reach an operation
/// that is not recorded as one.
pub fn ambiguity(path: &str) -> Option<&'static str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let mut segments = path.strip_suffix('/').unwrap_or(path).split('/');
    segments.find_map(|segment| match &*decode(segment) {
        _ if segment.contains(';') => Some("path parameters (;)"),
        "" => Some("an empty segment (//)"),
        "." | ".." => Some("a dot segment"),
        _ => None,
    })
}

/// Percent-decodes; a plus sign stays, as it means itself in a path.
fn decode(segment: &str) -> String {
    let bytes = segment.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = (byte == b'%').then(|| tail.get(..2)).flatten().and_then(|pair| std::str::from_utf8(pair).ok());
        match hex.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(value) => {
                decoded.push(value);
                rest = &tail[2..];
            }
            None => {
                decoded.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Query or form parameters in the order they came.
#[derive(Debug, Default)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    pub fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first value of a name.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a name.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    /// A whole number of Java's `long`; an empty value counts as absent. Anything else is the 404 of a failed conversion.
    pub fn long(&self, name: &str, default: i64) -> Result<i64, Refusal> {
        match self.first(name) {
            None | Some("") => Ok(default),
            Some(text) => text.parse().map_err(|_| Refusal::not_found(format!("{name} is not a number: {text}"))),
        }
    }

    /// As [`Params::long`], for Java's `int`.
    pub fn int(&self, name: &str, default: i32) -> Result<i32, Refusal> {
        let number = self.long(name, i64::from(default))?;
        i32::try_from(number).map_err(|_| Refusal::not_found(format!("{name} is too large: {number}")))
    }

    /// `true` in any case; everything else is false.
    pub fn flag(&self, name: &str) -> bool {
        self.first(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }
}

/// Drove's bound on a query parameter, with the validator's words.
pub(super) fn at_least(name: &str, value: i64, least: i64) -> Result<(), Refusal> {
    if value >= least {
        return Ok(());
    }
    Err(Refusal::Validation(vec![format!("query param {name} must be greater than or equal to {least}")]))
}
