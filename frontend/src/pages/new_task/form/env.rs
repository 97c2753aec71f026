//! `env`: rows of name and value.

use super::scalar;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One variable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvRow {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

impl EnvRow {
    /// Whether nothing was typed into it.
    pub fn is_blank(&self) -> bool {
        self.name.is_empty() && self.value.is_empty()
    }
}

/// Whether a shell can set a variable of this name.
pub fn is_shell_name(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// Variables that have a text. Drove drops null values, and so the form does not show them.
pub(super) fn read(document: &Value) -> Vec<EnvRow> {
    let Some(map) = document.get("env").and_then(Value::as_object) else { return Vec::new() };
    map.iter().filter_map(|(name, value)| Some(EnvRow { name: name.clone(), value: scalar(value)? })).collect()
}

/// Writes the rows in their order. Values that did not change keep their JSON type; entries that are not shown stay.
pub(super) fn write(root: &mut Map<String, Value>, rows: &[EnvRow]) {
    let before = match root.get("env") {
        Some(Value::Object(map)) => map.clone(),
        _ => Map::new(),
    };
    let mut env = Map::new();
    for row in rows.iter().filter(|row| !row.is_blank()) {
        let kept = before.get(&row.name).filter(|old| scalar(old).as_ref() == Some(&row.value));
        env.insert(row.name.clone(), kept.cloned().unwrap_or_else(|| row.value.clone().into()));
    }
    env.extend(before.into_iter().filter(|(_, value)| scalar(value).is_none()));
    match env.is_empty() {
        true => root.shift_remove("env"),
        false => root.insert("env".into(), Value::Object(env)),
    };
}
