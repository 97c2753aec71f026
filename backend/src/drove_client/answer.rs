//! From an HTTP answer to a value or a [`ClusterError`] (contract 1.2).

use super::{ClusterError, LARGEST_RECORD};
use axum::body::{Body, Bytes};
use http::{Response, StatusCode};
use model::{ApiResponse, ApiStatus};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

/// `message` of a controller that does not lead.
pub const NOT_LEADER: &str = "This node is not the leader controller";

/// Largest refusal whose words are read, in bytes: as a tree it takes many times as much memory.
const LARGEST_REFUSAL: usize = 1 << 20;

/// Longest text of a cluster that is passed on in an error, in characters.
const LONGEST_TEXT: usize = 1_000;
/// Texts of one refusal that are passed on.
const MOST_TEXTS: usize = 100;

/// `data` of a successful envelope of at most `largest` bytes.
pub async fn data<T: DeserializeOwned>(response: Response<Body>, largest: usize) -> Result<T, ClusterError> {
    let (status, body) = taken(response, largest).await?;
    if status != StatusCode::OK {
        return Err(refusal(status, &body));
    }
    match serde_json::from_slice::<ApiResponse<T>>(&body) {
        Ok(ApiResponse { status: ApiStatus::Success, data: Some(data), .. }) => Ok(data),
        Ok(ApiResponse { status: ApiStatus::Success, data: None, .. }) => {
            Err(unreadable(status, "no data in the envelope"))
        }
        Ok(ApiResponse { status: ApiStatus::Failed, message, .. }) => Err(not_found(&message)),
        // `data` of a failure need not have the shape of a success.
        Err(fault) => Err(match serde_json::from_slice::<ApiResponse<IgnoredAny>>(&body) {
            Ok(ApiResponse { status: ApiStatus::Failed, message, .. }) => not_found(&message),
            _ => unreadable(status, &fault.to_string()),
        }),
    }
}

/// A successful envelope, whatever it holds.
pub async fn done(response: Response<Body>) -> Result<(), ClusterError> {
    let (status, body) = taken(response, LARGEST_RECORD).await?;
    if status != StatusCode::OK {
        return Err(refusal(status, &body));
    }
    match serde_json::from_slice::<ApiResponse<IgnoredAny>>(&body) {
        Ok(ApiResponse { status: ApiStatus::Success, .. }) => Ok(()),
        Ok(ApiResponse { message, .. }) => Err(not_found(&message)),
        Err(fault) => Err(unreadable(status, &fault.to_string())),
    }
}

/// An answer without envelope, as the log API gives it (contract 2.4).
pub async fn plain<T: DeserializeOwned>(response: Response<Body>) -> Result<T, ClusterError> {
    let (status, body) = taken(response, LARGEST_RECORD).await?;
    match status {
        StatusCode::OK => serde_json::from_slice(&body).map_err(|fault| unreadable(status, &fault.to_string())),
        _ => Err(refusal(status, &body)),
    }
}

/// What an answer means that is known to be a failure.
pub async fn failure(response: Response<Body>) -> ClusterError {
    match taken(response, LARGEST_RECORD).await {
        Ok((status, body)) => refusal(status, &body),
        Err(error) => error,
    }
}

async fn taken(response: Response<Body>, largest: usize) -> Result<(StatusCode, Bytes), ClusterError> {
    let status = response.status();
    match axum::body::to_bytes(response.into_body(), largest).await {
        Ok(body) => Ok((status, body)),
        Err(fault) => Err(ClusterError::Timeout(format!("the answer broke off: {fault}"))),
    }
}

fn refusal(status: StatusCode, body: &[u8]) -> ClusterError {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            // Drove itself says it in a page; the embedded cluster, in the envelope.
            let said = serde_json::from_slice::<ApiResponse<IgnoredAny>>(body).map(|envelope| envelope.message);
            return ClusterError::Unauthorized { status: status.as_u16(), words: cut(&said.unwrap_or_default()) };
        }
        StatusCode::NO_CONTENT => {
            return ClusterError::NotFound("Drove has no such task, or its executor has left".to_owned());
        }
        _ => {}
    }
    let value = if body.len() <= LARGEST_REFUSAL { serde_json::from_slice::<Value>(body).ok() } else { None };
    let Some(value) = value else { return unreadable(status, &beginning(body)) };
    let message = value["message"].as_str().unwrap_or_default();
    if status == StatusCode::BAD_REQUEST && message == NOT_LEADER {
        return ClusterError::NotLeader;
    }
    let reasons = words(&value);
    if message.is_empty() && reasons.is_empty() {
        return unreadable(status, &beginning(body));
    }
    ClusterError::Refused { status: status.as_u16(), message: cut(message), reasons }
}

/// Drove's own words in a refusal: validation entries, the text of an exception, or that of the log API.
pub fn words(answer: &Value) -> Vec<String> {
    match model::words_of(&answer["data"]) {
        words if words.is_empty() => answer["error"].as_str().map(cut).into_iter().collect(),
        words => words.iter().take(MOST_TEXTS).map(|words| cut(words)).collect(),
    }
}

fn unreadable(status: StatusCode, detail: &str) -> ClusterError {
    ClusterError::BadReply { status: status.as_u16(), detail: cut(detail) }
}

fn not_found(message: &str) -> ClusterError {
    ClusterError::NotFound(cut(message))
}

/// A text of a cluster, as long as an error may be.
pub fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}

fn beginning(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(200).collect()
}
