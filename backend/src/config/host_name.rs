//! Names under which the page may be asked for (`allow-host`).

use serde::{Deserialize, Deserializer, de::Error as _};
use std::net::IpAddr;

/// A host as browsers name it in `Host`, without the port: one that holds more would never be asked for.
pub(super) fn parse(text: &str) -> Result<String, String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name = text.strip_suffix('.').unwrap_or(text);
    match text.parse::<IpAddr>().is_ok() || (!name.is_empty() && name.chars().all(is_name)) {
        true => Ok(name.to_owned()),
        false => Err(format!("`{text}` is no host: expected dash.example.org, without scheme, port and path")),
    }
}

/// Those of the file.
pub(super) fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    names.iter().map(|name| parse(name).map_err(D::Error::custom)).collect()
}
