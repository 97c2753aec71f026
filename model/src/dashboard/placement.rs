use crate::{Timestamp, fit::Matrix, validate::Hint};
use serde::{Deserialize, Serialize};

/// Answer of `POST /api/placement/preview`: what would become of a spec on the cluster as it is. A spec that is not
/// finished is answered like any other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PlacementPreview {
    /// Why the document cannot be read as a spec, in Jackson's words; then everything else is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
    /// Entries with which Drove would refuse it. Those that begin with a property path belong to that field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<String>,
    /// What Drove lets pass and a user may not want.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    /// Every executor by every check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matrix: Option<Matrix>,
    /// The server's time.
    pub now: Timestamp,
}
