//! `resources`: the form shows the sum of each kind, as Drove adds them up.

use super::number_or_text;
use serde_json::{Map, Value};

/// A kind of resource: its `type`, and the field that holds the amount.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    name: &'static str,
    amount: &'static str,
}

pub(super) const CPU: Kind = Kind { name: "CPU", amount: "count" };
pub(super) const MEMORY: Kind = Kind { name: "MEMORY", amount: "sizeInMB" };

impl Kind {
    fn is(self, entry: &Value) -> bool {
        entry.get("type").and_then(Value::as_str) == Some(self.name)
    }

    /// The amount as Drove reads it, or its text where it is no whole number.
    fn amount(self, entry: &Value) -> Result<i64, String> {
        match entry.get(self.amount) {
            None | Some(Value::Null) => Ok(0),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(0),
            Some(Value::String(text)) => text.trim().parse().map_err(|_| text.clone()),
            Some(other) => other.as_i64().ok_or_else(|| other.to_string()),
        }
    }
}

/// The sum of a kind, or the first amount that is no whole number; empty if there is no entry of it.
pub(super) fn read(document: &Value, kind: Kind) -> String {
    let entries = document.get("resources").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let amounts: Result<Vec<i64>, String> = entries.iter().filter(|e| kind.is(e)).map(|e| kind.amount(e)).collect();
    match amounts.as_deref() {
        Err(text) => text.clone(),
        Ok([]) => String::new(),
        Ok(some) => some.iter().fold(0i64, |sum, n| sum.saturating_add(*n)).to_string(),
    }
}

/// Puts one entry in place of all of a kind, or none for an empty text.
pub(super) fn write(root: &mut Map<String, Value>, kind: Kind, typed: &str) {
    let amount = number_or_text(typed);
    let list = root.entry("resources").or_insert(Value::Null);
    if !list.is_array() {
        *list = Value::Array(Vec::new());
    }
    let Some(entries) = list.as_array_mut() else { return };
    let mut is_kept = amount.is_some();
    entries.retain(|entry| !kind.is(entry) || std::mem::take(&mut is_kept));
    let Some(amount) = amount else { return };
    match entries.iter_mut().find(|entry| kind.is(entry)).and_then(Value::as_object_mut) {
        Some(entry) => {
            entry.insert(kind.amount.into(), amount);
        }
        // CPU comes first where people write both.
        None => {
            let at = if kind.name == CPU.name { 0 } else { entries.len() };
            entries.insert(at, serde_json::json!({ "type": kind.name, kind.amount: amount }));
        }
    }
}
