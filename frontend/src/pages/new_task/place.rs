//! Where in the form something is said.

/// A place in the form. What belongs to none of the fields belongs to the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Source app.
    App,
    /// Task ID.
    Id,
    /// Image URL.
    Url,
    /// Pull timeout.
    PullTimeout,
    /// CPU.
    Cpu,
    /// Memory.
    Memory,
    /// Policy, and what it needs.
    Policy,
    /// Variables.
    Env,
    /// Arguments.
    Args,
    /// Timeout of the operation.
    Timeout,
    /// Parallelism of the operation.
    Parallelism,
    /// On failure.
    Strategy,
    /// The JSON tab.
    Document,
}

impl Place {
    /// Every place, in the order of the form.
    pub const ALL: &[Place] = &[
        Place::App,
        Place::Id,
        Place::Url,
        Place::PullTimeout,
        Place::Cpu,
        Place::Memory,
        Place::Policy,
        Place::Env,
        Place::Args,
        Place::Timeout,
        Place::Parallelism,
        Place::Strategy,
        Place::Document,
    ];

    /// Label of the field (fixed: people and tests find it by this name).
    pub fn label(self) -> &'static str {
        match self {
            Place::App => "Source app",
            Place::Id => "Task ID",
            Place::Url => "Image URL",
            Place::PullTimeout => "Pull timeout",
            Place::Cpu => "CPU",
            Place::Memory => "Memory",
            Place::Policy => "Policy",
            Place::Env => "Environment",
            Place::Args => "Arguments",
            Place::Timeout => "Timeout",
            Place::Parallelism => "Parallelism",
            Place::Strategy => "On failure",
            Place::Document => "JSON",
        }
    }

    /// Id of the field's element.
    pub fn id(self) -> &'static str {
        match self {
            Place::App => "field-app",
            Place::Id => "field-id",
            Place::Url => "field-url",
            Place::PullTimeout => "field-pull-timeout",
            Place::Cpu => "field-cpu",
            Place::Memory => "field-memory",
            Place::Policy => "field-policy",
            Place::Env => "field-env",
            Place::Args => "field-args",
            Place::Timeout => "field-timeout",
            Place::Parallelism => "field-parallelism",
            Place::Strategy => "field-strategy",
            Place::Document => "field-json",
        }
    }

    /// The place of a property path of a spec.
    pub fn of_path(path: &str) -> Place {
        let head = path.split(['.', '[']).next().unwrap_or_default();
        match (head, path) {
            ("sourceAppName", _) => Place::App,
            ("taskId", _) => Place::Id,
            ("executable", "executable.dockerPullTimeout") => Place::PullTimeout,
            ("executable", _) => Place::Url,
            ("resources", path) if path.ends_with("sizeInMB") => Place::Memory,
            ("resources", _) => Place::Cpu,
            ("placementPolicy", _) => Place::Policy,
            ("env", _) => Place::Env,
            ("args", _) => Place::Args,
            _ => Place::Document,
        }
    }
}
