use crate::{Timestamp, utc::Utc, wire_enum::wire_enum};
use serde::{Deserialize, Serialize};

wire_enum!(
    /// Through which door an operation came.
    Door {
        /// The page.
        Page = "PAGE",
        /// Drove's API: the CLI or another client.
        Api = "API",
        /// The demo's own background work.
        Scenario = "SCENARIO",
    }
);

wire_enum!(
    /// What became of an operation that was sent.
    AnswerKind {
        /// Drove accepted it.
        Accepted = "ACCEPTED",
        /// Drove refused it.
        Refused = "REFUSED",
        /// The answer was lost.
        Unknown = "UNKNOWN",
    }
);

/// One CREATE or KILL that passed through this dashboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Submission {
    /// `CREATE` or `KILL`.
    pub operation: String,
    /// When it came.
    pub at: Timestamp,
    /// Who sent it; absent if nobody was named. Claimed until an answer other than 401 confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// How it came.
    pub door: Door,
    /// What became of it.
    pub answer: AnswerKind,
    /// HTTP status, once answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Drove's words, if it refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
}

impl Submission {
    /// That it was refused and when, in Drove's words: `its CREATE of 2026-11-30 21:16:35 UTC was refused: …`.
    pub fn refusal(&self) -> String {
        let at = Utc::of(self.at);
        let words = match self.words.as_slice() {
            [] => "Drove gave no reason".to_owned(),
            words => words.join("; "),
        };
        format!(
            "its {} of {}-{:02}-{:02} {:02}:{:02}:{:02} UTC was refused: {words}",
            self.operation, at.year, at.month, at.day, at.hour, at.minute, at.second
        )
    }
}
