//! The form as text fields, and how it is read from and written into the JSON document of a spec. Pure.
//!
//! The document is the whole spec; the form owns a few places in it. [`TaskForm::write`] touches only places whose field
//! was changed, so what the form does not show, or shows differently from how it is written, is never lost:
//! `read(d).write(d) == d` for every `d`. The other way round the document never holds what a field does not show: text
//! that is no value is written as it is, and an emptied field takes its value away.

mod args;
mod dotenv;
mod env;
mod placement;
mod resources;

pub use args::{is_closed, split_args};
pub use dotenv::split_pasted;
pub use env::{EnvRow, is_shell_name};
pub use placement::{PlacementForm, PolicyKind};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What the form shows of a spec. Fields hold what was typed, right or wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskForm {
    /// `sourceAppName`.
    pub app: String,
    /// `taskId`.
    pub id: String,
    /// `executable.url`.
    pub url: String,
    /// `executable.dockerPullTimeout`.
    pub pull_timeout: String,
    /// Sum of the CPU entries of `resources`.
    pub cpu: String,
    /// Sum of the MEMORY entries of `resources`, in MB.
    pub memory: String,
    /// `placementPolicy`.
    pub placement: PlacementForm,
    /// `env`.
    pub env: Vec<EnvRow>,
    /// `args`, as a shell would be given them.
    pub args: String,
}

impl TaskForm {
    /// What the form shows of `document`; what is missing or of another kind is empty.
    pub fn read(document: &Value) -> Self {
        let executable = document.get("executable").unwrap_or(&Value::Null);
        Self {
            app: text(document, "sourceAppName"),
            id: text(document, "taskId"),
            url: text(executable, "url"),
            pull_timeout: text(executable, "dockerPullTimeout"),
            cpu: resources::read(document, resources::CPU),
            memory: resources::read(document, resources::MEMORY),
            placement: PlacementForm::read(document),
            env: env::read(document),
            args: args::read(document),
        }
    }

    /// Writes into `document` what differs from what the form would read from it.
    pub fn write(&self, document: &mut Value) {
        let before = Self::read(document);
        let root = object(document);
        put(root, "sourceAppName", &self.app, &before.app);
        put(root, "taskId", &self.id, &before.id);
        if (&self.url, &self.pull_timeout) != (&before.url, &before.pull_timeout) {
            let executable = object(root.entry("executable").or_insert(Value::Null));
            executable.entry("type").or_insert_with(|| "DOCKER".into());
            put(executable, "url", &self.url, &before.url);
            put(executable, "dockerPullTimeout", &self.pull_timeout, &before.pull_timeout);
            if self.pull_timeout.is_empty() {
                executable.shift_remove("dockerPullTimeout");
            }
        }
        if self.cpu != before.cpu {
            resources::write(root, resources::CPU, &self.cpu);
        }
        if self.memory != before.memory {
            resources::write(root, resources::MEMORY, &self.memory);
        }
        if self.placement != before.placement {
            self.placement.write(root);
        }
        if self.env != before.env {
            env::write(root, &self.env);
        }
        if self.args != before.args {
            args::write(root, &self.args);
        }
    }
}

/// Names of what a document holds and the form does not show, in words: `2 volumes`, `1 config`.
pub fn beyond_the_form(document: &Value) -> Vec<String> {
    let Some(root) = document.as_object() else { return Vec::new() };
    let shown = ["sourceAppName", "taskId", "executable", "resources", "placementPolicy", "env", "args"];
    let count = |value: &Value| match value {
        Value::Array(items) => items.len(),
        Value::Object(fields) => fields.len(),
        Value::Null => 0,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    };
    root.iter()
        .filter(|(name, value)| !shown.contains(&name.as_str()) && count(value) > 0)
        .map(|(name, value)| match (name.as_str(), count(value)) {
            ("volumes", n) => counted(n, "volume"),
            ("configs", n) => counted(n, "config"),
            ("tags", n) => counted(n, "tag"),
            ("devices", n) => counted(n, "device"),
            ("logging", _) => "logging".into(),
            ("userSpec", _) => "user".into(),
            (other, _) => other.to_owned(),
        })
        .collect()
}

fn counted(n: usize, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}

/// A scalar as text, as Jackson would coerce it.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn text(parent: &Value, name: &str) -> String {
    parent.get(name).and_then(scalar).unwrap_or_default()
}

fn put(parent: &mut Map<String, Value>, name: &str, now: &str, before: &str) {
    if now != before {
        parent.insert(name.into(), now.into());
    }
}

/// A whole number as such, other text as it was typed; nothing for an empty one.
fn number_or_text(typed: &str) -> Option<Value> {
    let plain = typed.trim();
    (!plain.is_empty()).then(|| plain.parse::<i64>().map_or_else(|_| typed.into(), Value::from))
}

/// `value` as an object; anything else becomes an empty one, because a field below it was typed into.
fn object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            unreachable!("made an object above")
        }
    }
}

#[cfg(test)]
mod tests;
