//! Labels and elements of the form's fields.

pub use model::validate::FieldId;

/// How the page shows a field.
pub trait FormField {
    /// Its label (fixed: people and tests find it by this name).
    fn label(self) -> &'static str;

    /// Id of its element.
    fn id(self) -> &'static str;
}

impl FormField for FieldId {
    fn label(self) -> &'static str {
        match self {
            FieldId::App => "Source app",
            FieldId::Id => "Task ID",
            FieldId::Url => "Image URL",
            FieldId::PullTimeout => "Pull timeout",
            FieldId::Cpu => "CPU",
            FieldId::Memory => "Memory",
            FieldId::Policy => "Policy",
            FieldId::Env => "Environment",
            FieldId::Args => "Arguments",
            FieldId::Timeout => "Timeout",
            FieldId::Parallelism => "Parallelism",
            FieldId::Strategy => "On failure",
            FieldId::Document => "JSON",
        }
    }

    fn id(self) -> &'static str {
        match self {
            FieldId::App => "field-app",
            FieldId::Id => "field-id",
            FieldId::Url => "field-url",
            FieldId::PullTimeout => "field-pull-timeout",
            FieldId::Cpu => "field-cpu",
            FieldId::Memory => "field-memory",
            FieldId::Policy => "field-policy",
            FieldId::Env => "field-env",
            FieldId::Args => "field-args",
            FieldId::Timeout => "field-timeout",
            FieldId::Parallelism => "field-parallelism",
            FieldId::Strategy => "field-strategy",
            FieldId::Document => "field-json",
        }
    }
}
