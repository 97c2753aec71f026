//! `resources`: the form shows the sum of each kind, as Drove adds them up (contract 3.3).

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

    fn amount(self, entry: &Value) -> i64 {
        match entry.get(self.amount) {
            Some(Value::Number(number)) => number.as_i64().unwrap_or(0),
            Some(Value::String(text)) => text.trim().parse().unwrap_or(0),
            _ => 0,
        }
    }
}

/// The sum of a kind; empty if there is no entry of it.
pub(super) fn read(document: &Value, kind: Kind) -> String {
    let entries = document.get("resources").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let amounts: Vec<i64> = entries.iter().filter(|e| kind.is(e)).map(|e| kind.amount(e)).collect();
    match amounts.as_slice() {
        [] => String::new(),
        some => some.iter().fold(0i64, |sum, n| sum.saturating_add(*n)).to_string(),
    }
}

/// Puts one entry in place of all of a kind. A text that is no whole number stays in the form only.
pub(super) fn write(root: &mut Map<String, Value>, kind: Kind, typed: &str) {
    let Ok(amount) = typed.trim().parse::<i64>() else { return };
    let list = root.entry("resources").or_insert(Value::Null);
    if !list.is_array() {
        *list = Value::Array(Vec::new());
    }
    let Some(entries) = list.as_array_mut() else { return };
    let mut first = true;
    entries.retain(|entry| !kind.is(entry) || std::mem::take(&mut first));
    match entries.iter_mut().find(|entry| kind.is(entry)).and_then(Value::as_object_mut) {
        Some(entry) => {
            entry.insert(kind.amount.into(), amount.into());
        }
        None => entries.push(serde_json::json!({ "type": kind.name, kind.amount: amount })),
    }
}
