//! `env`: rows of name and value.

use super::scalar;
use serde_json::{Map, Value};

/// One variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvRow {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

impl EnvRow {
    fn is_blank(&self) -> bool {
        self.name.is_empty() && self.value.is_empty()
    }
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

/// Variables in a pasted text of `NAME=value` lines (`export`, quotes and comments are understood), or nothing if it is
/// not such a text.
pub fn split_pasted(text: &str) -> Option<Vec<EnvRow>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let rows: Option<Vec<EnvRow>> = lines
        .map(|line| {
            let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
            let plain =
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
            plain.then(|| EnvRow { name: name.into(), value: unquoted(value).into() })
        })
        .collect();
    rows.filter(|rows| !rows.is_empty())
}

fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)))
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_lines_become_rows() {
        let rows = split_pasted("A=1\n# comment\nexport B=\"x y\"\n\nC=\n").unwrap();
        let shown: Vec<_> = rows.iter().map(|r| (r.name.as_str(), r.value.as_str())).collect();
        assert_eq!(shown, [("A", "1"), ("B", "x y"), ("C", "")]);
        for other in ["just words", "http://host/?a=1", "", "a b=c"] {
            assert_eq!(split_pasted(other), None, "{other}");
        }
    }
}
