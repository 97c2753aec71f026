//! Reading of what users send, exactly as leniently as Drove reads it (contract 1.1, 1.3): unknown fields pass, enums are
//! fuzzy, `type` is exact, numbers may be texts. Refusals carry Jackson's words, as far as they were recorded.

mod operation;
mod scalar;
mod spec;
mod spec_part;
mod text;

pub use text::{JsonText, Position};

use crate::{ClusterOpSpec, PlacementPolicy, TaskOperation, TaskSpec};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

/// Why a document could not be read. Drove answers it with 400 `JSON validation failure`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct JsonFault {
    /// The entry of `validationErrors`.
    pub message: String,
    /// Property path of the value that could not be read, such as `resources[0].count`; empty for the whole document.
    /// Drove does not send it.
    pub path: String,
}

impl JsonFault {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), path: String::new() }
    }

    /// The same fault of a value that is the property `name` of another.
    pub(crate) fn below(mut self, name: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{name}{dot}{}", self.path);
        self
    }

    /// The message without Java's class names, where its end says the same.
    pub fn plain(&self) -> &str {
        let message = self.message.as_str();
        if message.ends_with("not a valid `long` value") || message.ends_with("not a valid `int` value") {
            return "not a whole number";
        }
        let after = |mark: &str| message.split_once(mark).map(|(_, rest)| rest);
        let end = after("problem: ").or_else(|| after("`: ").filter(|rest| rest.starts_with("known type ids")));
        end.or_else(|| after("\": ")).unwrap_or(message)
    }
}

/// Reads the first JSON value of a request body: text after it is ignored, of a duplicate key the last wins, a byte order
/// mark and UTF-16 are understood (contract 1.3). Nothing, blanks and `null` are no value. Documents nested more than 127
/// deep are refused.
pub fn parse_body(bytes: &[u8]) -> Result<Option<Value>, JsonFault> {
    let text = decode_text(bytes)?;
    let mut values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    match values.next() {
        None | Some(Ok(Value::Null)) => Ok(None),
        Some(Ok(value)) => Ok(Some(value)),
        Some(Err(error)) if error.is_eof() => Err(JsonFault::new(format!("Unexpected end-of-input: {error}"))),
        Some(Err(error)) => Err(JsonFault::new(format!("Unexpected character: {error}"))),
    }
}

fn decode_text(bytes: &[u8]) -> Result<String, JsonFault> {
    let wide = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
        String::from_utf16(&units).map_err(|_| JsonFault::new("Invalid UTF-16 in the document"))
    };
    match bytes {
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0, first, ..] if *first != 0 => wide(bytes, u16::from_be_bytes),
        [first, 0, ..] if *first != 0 => wide(bytes, u16::from_le_bytes),
        _ => {
            let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
            match std::str::from_utf8(bytes) {
                Ok(text) => Ok(text.to_owned()),
                Err(error) => Err(JsonFault::new(format!("Invalid UTF-8 at byte {}", error.valid_up_to()))),
            }
        }
    }
}

macro_rules! deserialize_like_drove {
    ($($name:ty),+) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::from_json(&Value::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }
    )+};
}
deserialize_like_drove!(TaskSpec, TaskOperation, ClusterOpSpec, PlacementPolicy);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bodies_are_read_as_jackson_reads_them() {
        assert_eq!(parse_body(b" \n").unwrap(), None);
        assert_eq!(parse_body(b"null").unwrap(), None);
        assert_eq!(parse_body(b"{\"a\":1,\"a\":2} x").unwrap(), Some(json!({"a": 2})));
        assert_eq!(parse_body(b"\xEF\xBB\xBF{}").unwrap(), Some(json!({})));
        let wide: Vec<u8> = "\u{feff}{\"a\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(parse_body(&wide).unwrap(), Some(json!({"a": 1})));
        assert!(parse_body(b"{").unwrap_err().message.starts_with("Unexpected end-of-input"));
        assert!(parse_body(b"{]").is_err());
        assert!(parse_body(b"\"\xff\"").is_err());
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_exhaust_the_stack() {
        let deep = "[".repeat(100_000);
        assert!(parse_body(deep.as_bytes()).is_err());
    }
}
