//! Which field of a task a refusal is about.

use crate::{TaskOperation, TaskSpec};
use serde_json::Value;

/// A field of a form that creates a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldId {
    /// `sourceAppName`.
    App,
    /// `taskId`.
    Id,
    /// `executable`.
    Url,
    /// `executable.dockerPullTimeout`.
    PullTimeout,
    /// CPU of `resources`.
    Cpu,
    /// Memory of `resources`.
    Memory,
    /// `placementPolicy`.
    Policy,
    /// `env`.
    Env,
    /// `args`.
    Args,
    /// `timeout` of the operation.
    Timeout,
    /// `parallelism` of the operation.
    Parallelism,
    /// `failureStrategy` of the operation.
    Strategy,
    /// The document: everything that has no field of its own.
    Document,
}

impl FieldId {
    /// Every field, in the order of the form.
    pub const ALL: &[FieldId] = &[
        FieldId::App,
        FieldId::Id,
        FieldId::Url,
        FieldId::PullTimeout,
        FieldId::Cpu,
        FieldId::Memory,
        FieldId::Policy,
        FieldId::Env,
        FieldId::Args,
        FieldId::Timeout,
        FieldId::Parallelism,
        FieldId::Strategy,
        FieldId::Document,
    ];

    /// The field of a property path, of a spec or of a whole operation.
    pub fn of_path(path: &str) -> Self {
        let path = path.strip_prefix("spec.").unwrap_or(path);
        let head = path.split(['.', '[']).next().unwrap_or_default();
        match (head, path) {
            ("sourceAppName", _) => FieldId::App,
            ("taskId", _) => FieldId::Id,
            ("executable", "executable.dockerPullTimeout") => FieldId::PullTimeout,
            ("executable", _) => FieldId::Url,
            ("resources", path) if path.ends_with("sizeInMB") => FieldId::Memory,
            ("resources", _) => FieldId::Cpu,
            ("placementPolicy", _) => FieldId::Policy,
            ("env", _) => FieldId::Env,
            ("args", _) => FieldId::Args,
            ("opSpec", "opSpec.timeout") => FieldId::Timeout,
            ("opSpec", "opSpec.parallelism") => FieldId::Parallelism,
            ("opSpec", "opSpec.failureStrategy") => FieldId::Strategy,
            _ => FieldId::Document,
        }
    }
}

/// What Drove's other refusals begin with, or contain, and the field they are about.
const KNOWN: &[(&str, FieldId)] = &[
    ("Task already exists for ", FieldId::Id),
    ("Cluster does not have enough CPU.", FieldId::Cpu),
    ("Required cores exceeds the maximum core available", FieldId::Cpu),
    ("Cluster does not have enough Memory.", FieldId::Memory),
    ("Local service placement is not allowed", FieldId::Policy),
    ("Passing command line to containers is disabled", FieldId::Args),
    ("Maximum combined length of command line arguments", FieldId::Args),
    // Texts of Java, about values that no property path names.
    ("models.operation.deploy.FailureStrategy", FieldId::Strategy),
    ("models.application.placement.", FieldId::Policy),
    ("models.application.requirements.ResourceRequirement", FieldId::Cpu),
    ("models.application.executable.", FieldId::Url),
    ("(for POJO property 'resources')", FieldId::Cpu),
];

/// The field that an entry of `validationErrors` (or the `failure` of a 500) is about, given the operation or bare spec
/// that was refused.
pub fn refused_field(entry: &str, sent: &Value) -> FieldId {
    // An unreadable value has no path in Drove's words: the same body gives the same words here, and the path.
    let is_operation = sent.get("type").is_some();
    let fault = if is_operation { TaskOperation::from_json(sent).err() } else { TaskSpec::from_json(sent).err() };
    if let Some(fault) = fault.filter(|fault| fault.message == entry) {
        return FieldId::of_path(&fault.path);
    }
    let known = KNOWN.iter().find(|(words, _)| entry.contains(words)).map(|(_, field)| *field);
    known.unwrap_or_else(|| FieldId::of_path(entry.split(' ').next().unwrap_or_default()))
}

/// An entry as it reads at its field, without the property path.
pub fn words_at_field(entry: &str) -> &str {
    match entry.split_once(' ') {
        Some((path, words)) if FieldId::of_path(path) != FieldId::Document => match words {
            "must not be null" | "must not be empty" => "Required.",
            words => words.strip_prefix("- ").unwrap_or(words),
        },
        _ => entry,
    }
}

#[cfg(test)]
mod tests;
