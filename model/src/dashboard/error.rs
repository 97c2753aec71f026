use super::Submission;
use serde::{Deserialize, Serialize};

/// Body of every error under `/api/**`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiProblem {
    /// What happened, to what, and what to do.
    pub message: String,
    /// Drove's own words, where it refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// For a task that does not exist: the last CREATE of its key, which was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_create: Option<Box<Submission>>,
}
