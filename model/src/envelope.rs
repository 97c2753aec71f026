//! The envelope around nearly every answer of Drove (contract 1.1, 1.2).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `status` of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ApiStatus {
    /// What was asked for is in `data`, if there is any.
    Success,
    /// The reason is in `message`; HTTP may still say 200 (contract 0.1, rule 2).
    Failed,
}

/// `{"status":…,"data":…,"message":…}`; `data` is absent rather than null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiResponse<T> {
    /// Whether it worked.
    pub status: ApiStatus,
    /// What was asked for, or details of a refusal.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub data: Option<T>,
    /// `success`, or an error text.
    #[serde(default)]
    pub message: String,
}

fn none<T>() -> Option<T> {
    None
}

impl<T> ApiResponse<T> {
    /// Success with `data`.
    pub fn success(data: T) -> Self {
        Self { status: ApiStatus::Success, data: Some(data), message: "success".into() }
    }

    /// Success with nothing to say.
    pub fn done() -> Self {
        Self { status: ApiStatus::Success, data: None, message: "success".into() }
    }

    /// Failure with a text, as lookups answer (HTTP 200).
    pub fn failed(message: impl Into<String>) -> Self {
        Self { status: ApiStatus::Failed, data: None, message: message.into() }
    }
}

/// `data` of a refusal by validation (contract 1.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidationErrors {
    /// Drove's own words, in no particular order.
    pub validation_errors: Vec<String>,
}

/// Drove's own words in `data` of a refusal: validation entries, or the text of an exception (contract 1.2).
pub fn words_of(data: &Value) -> Vec<String> {
    if let Some(entries) = data["validationErrors"].as_array() {
        return entries.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    }
    data["failure"].as_str().map(str::to_owned).into_iter().collect()
}

/// Header of an answer to an operation that tells what became of it where the status alone does not: one of
/// [`OUTCOME_UNKNOWN`] and [`NOT_SENT`].
pub const OUTCOME_HEADER: &str = "dashboard-outcome";
/// The operation was sent and may have been carried out; the dashboard reads its task back.
pub const OUTCOME_UNKNOWN: &str = "unknown";
/// The operation was not sent.
pub const NOT_SENT: &str = "not-sent";

/// `message` of a refusal by bean or engine validation.
pub const COMMAND_VALIDATION_FAILURE: &str = "Command validation failure";
/// `message` of a refusal of malformed JSON.
pub const JSON_VALIDATION_FAILURE: &str = "JSON validation failure";
/// `message` when Drove itself failed.
pub const UNEXPECTED_SERVER_ERROR: &str = "Unexpected Server error";
