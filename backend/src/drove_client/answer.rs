//! From an HTTP answer to a value or a [`ClusterError`] (contract 1.2).

use super::{ClusterError, LARGEST_ANSWER};
use axum::body::{Body, Bytes};
use http::{Response, StatusCode};
use model::{ApiResponse, ApiStatus};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

/// `message` of a controller that does not lead.
pub const NOT_LEADER: &str = "This node is not the leader controller";

/// Largest refusal whose words are read, in bytes: as a tree it takes many times as much memory.
const LARGEST_REFUSAL: usize = 1 << 20;

/// `data` of a successful envelope.
pub async fn data<T: DeserializeOwned>(response: Response<Body>) -> Result<T, ClusterError> {
    data_or::<T, T>(response).await
}

/// As [`data`]; what cannot be read as `T` is read as `L`, which takes longer and bears more.
pub async fn data_or<T, L>(response: Response<Body>) -> Result<T, ClusterError>
where
    T: DeserializeOwned,
    L: DeserializeOwned + Into<T>,
{
    let (status, body) = taken(response).await?;
    if status != StatusCode::OK {
        return Err(refusal(status, &body));
    }
    match serde_json::from_slice::<ApiResponse<T>>(&body) {
        Ok(ApiResponse { status: ApiStatus::Success, data: Some(data), .. }) => Ok(data),
        Ok(ApiResponse { status: ApiStatus::Success, data: None, .. }) => {
            Err(unreadable(status, "no data in the envelope"))
        }
        Ok(ApiResponse { status: ApiStatus::Failed, message, .. }) => Err(ClusterError::NotFound(message)),
        // `data` of a failure need not have the shape of a success.
        Err(fault) => Err(match serde_json::from_slice::<ApiResponse<IgnoredAny>>(&body) {
            Ok(ApiResponse { status: ApiStatus::Failed, message, .. }) => ClusterError::NotFound(message),
            _ => match serde_json::from_slice::<ApiResponse<L>>(&body) {
                Ok(ApiResponse { status: ApiStatus::Success, data: Some(data), .. }) => return Ok(data.into()),
                _ => unreadable(status, &fault.to_string()),
            },
        }),
    }
}

/// A successful envelope, whatever it holds.
pub async fn done(response: Response<Body>) -> Result<(), ClusterError> {
    let (status, body) = taken(response).await?;
    if status != StatusCode::OK {
        return Err(refusal(status, &body));
    }
    match serde_json::from_slice::<ApiResponse<IgnoredAny>>(&body) {
        Ok(ApiResponse { status: ApiStatus::Success, .. }) => Ok(()),
        Ok(ApiResponse { message, .. }) => Err(ClusterError::NotFound(message)),
        Err(fault) => Err(unreadable(status, &fault.to_string())),
    }
}

/// An answer without envelope, as the log API gives it (contract 2.4).
pub async fn plain<T: DeserializeOwned>(response: Response<Body>) -> Result<T, ClusterError> {
    let (status, body) = taken(response).await?;
    match status {
        StatusCode::OK => serde_json::from_slice(&body).map_err(|fault| unreadable(status, &fault.to_string())),
        _ => Err(refusal(status, &body)),
    }
}

/// What an answer means that is known to be a failure.
pub async fn failure(response: Response<Body>) -> ClusterError {
    match taken(response).await {
        Ok((status, body)) => refusal(status, &body),
        Err(error) => error,
    }
}

async fn taken(response: Response<Body>) -> Result<(StatusCode, Bytes), ClusterError> {
    let status = response.status();
    match axum::body::to_bytes(response.into_body(), LARGEST_ANSWER).await {
        Ok(body) => Ok((status, body)),
        Err(fault) => Err(ClusterError::Timeout(format!("the answer broke off: {fault}"))),
    }
}

fn refusal(status: StatusCode, body: &[u8]) -> ClusterError {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            // Drove itself says it in a page; the embedded cluster, in the envelope.
            let said = serde_json::from_slice::<ApiResponse<IgnoredAny>>(body).map(|envelope| envelope.message);
            return ClusterError::Unauthorized { status: status.as_u16(), words: said.unwrap_or_default() };
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
    ClusterError::Refused { status: status.as_u16(), message: message.to_owned(), reasons }
}

/// Drove's own words in a refusal: validation entries, the text of an exception, or that of the log API.
pub fn words(answer: &Value) -> Vec<String> {
    match model::words_of(&answer["data"]) {
        words if words.is_empty() => answer["error"].as_str().map(str::to_owned).into_iter().collect(),
        words => words,
    }
}

fn unreadable(status: StatusCode, detail: &str) -> ClusterError {
    ClusterError::BadReply { status: status.as_u16(), detail: detail.to_owned() }
}

fn beginning(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(200).collect()
}
