//! One request: send, abort when nobody waits, decode. Answers of Drove come in its envelope, which may say FAILED under
//! status 200; answers of our own API are the value itself, or an [`ApiProblem`].

use super::ApiError;
use crate::browser::{Abort, with_connection};
use futures_util::future::{Either, select};
use gloo_net::http::{Request, RequestBuilder, Response};
use gloo_timers::future::TimeoutFuture;
use model::{
    ApiResponse, ApiStatus, NOT_SENT, OUTCOME_HEADER, OUTCOME_UNKNOWN,
    dashboard::{ApiProblem, pages::PAGE_HEADER},
    words_of,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// How to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Change.
    Post,
    /// Remove.
    Delete,
}

/// What came back, before it means anything.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) text: String,
    /// What the dashboard itself tells of an operation: [`OUTCOME_HEADER`].
    pub(super) outcome: Option<String>,
}

/// Seconds to wait for the answer to a read.
const READ_SECONDS: u32 = 20;

/// Sends a request with an optional JSON body. The future may be dropped at any time, which aborts the request.
pub(super) async fn send(method: Method, url: &str, body: Option<String>) -> Result<Answer, ApiError> {
    send_within(READ_SECONDS, method, url, body).await
}

/// As [`send`], with another limit. A connection may die without a sign: without a limit its requests would keep the few
/// connections that a browser opens to one server.
pub(super) async fn send_within(
    seconds: u32,
    method: Method,
    url: &str,
    body: Option<String>,
) -> Result<Answer, ApiError> {
    let answer = std::pin::pin!(with_connection(exchange(method, url, body)));
    match select(answer, TimeoutFuture::new(seconds.saturating_mul(1_000))).await {
        Either::Left((answer, _)) => answer,
        Either::Right(((), _)) => Err(ApiError::NoAnswer { seconds }),
    }
}

async fn exchange(method: Method, url: &str, body: Option<String>) -> Result<Answer, ApiError> {
    let abort = Abort::new();
    let request = builder(method, url)
        .abort_signal(abort.signal().as_ref())
        .header("Accept", "application/json")
        .header(PAGE_HEADER, "1");
    let sent = match body {
        None => request.send().await,
        Some(body) => match request.header("Content-Type", "application/json").body(body) {
            Ok(request) => request.send().await,
            Err(error) => Err(error),
        },
    };
    let response: Response = sent.map_err(|_| ApiError::Unreachable)?;
    let text = response.text().await.map_err(|_| ApiError::Unreachable)?;
    Ok(Answer { status: response.status(), text, outcome: response.headers().get(OUTCOME_HEADER) })
}

fn builder(method: Method, url: &str) -> RequestBuilder {
    match method {
        Method::Get => Request::get(url),
        Method::Post => Request::post(url),
        Method::Delete => Request::delete(url),
    }
}

/// JSON text of a body.
pub(super) fn body<T: Serialize>(value: &T) -> Result<Option<String>, ApiError> {
    serde_json::to_string(value).map(Some).map_err(unreadable)
}

/// The value in an answer of our own API.
pub(super) fn read_own<T: DeserializeOwned>(answer: &Answer) -> Result<T, ApiError> {
    check_own(answer)?;
    // An answer without a body stands for "done".
    let text = if answer.text.is_empty() { "null" } else { &answer.text };
    serde_json::from_str(text).map_err(unreadable)
}

/// The `data` in an answer of Drove.
pub(super) fn read_drove<T: DeserializeOwned>(answer: &Answer) -> Result<T, ApiError> {
    check_drove(answer)?;
    let envelope: ApiResponse<T> = serde_json::from_str(&answer.text).map_err(unreadable)?;
    // Success without data stands for "done".
    envelope.data.map_or_else(|| serde_json::from_str("null").map_err(unreadable), Ok)
}

/// The `data` in Drove's answer to something that changes the cluster. Of an answer without a word of Drove's it is not
/// known whether the operation was carried out, unless this dashboard says that it never sent it.
pub(super) fn read_operation<T: DeserializeOwned>(answer: &Answer) -> Result<T, ApiError> {
    read_drove(answer).map_err(|error| match (error, answer.outcome.as_deref()) {
        (error, Some(NOT_SENT)) => error,
        (ApiError::Unavailable(message) | ApiError::Server { message, .. }, Some(OUTCOME_UNKNOWN)) => {
            ApiError::OutcomeUnknown(message)
        }
        (ApiError::Unavailable(message), _) => ApiError::Server { status: answer.status, message },
        (error, _) => error,
    })
}

fn check_own(answer: &Answer) -> Result<(), ApiError> {
    if (200..300).contains(&answer.status) {
        return Ok(());
    }
    let mut problem = serde_json::from_str::<ApiProblem>(&answer.text).unwrap_or_default();
    if let Some(create) = problem.refused_create.take() {
        return Err(ApiError::NeverCreated { message: problem.message, create });
    }
    Err(fault(answer.status, problem.message, problem.words))
}

fn check_drove(answer: &Answer) -> Result<(), ApiError> {
    let envelope = serde_json::from_str::<ApiResponse<Value>>(&answer.text);
    match envelope {
        Ok(ApiResponse { status: ApiStatus::Success, .. }) if answer.status < 300 => Ok(()),
        Ok(ApiResponse { status, data, message }) => {
            let words = data.as_ref().map(words_of).unwrap_or_default();
            // Drove's own word that it failed is a refusal, whatever the status.
            match (answer.status, status) {
                (500, ApiStatus::Failed) => Err(ApiError::Refused { message, words }),
                (status, _) => Err(fault(status, message, words)),
            }
        }
        Err(error) if answer.status < 300 => Err(unreadable(error)),
        Err(_) => Err(fault(answer.status, String::new(), Vec::new())),
    }
}

fn fault(status: u16, message: String, words: Vec<String>) -> ApiError {
    let or = |fallback: &str| if message.is_empty() { fallback.to_owned() } else { message.clone() };
    match status {
        401 => ApiError::SignedOut,
        403 => ApiError::Forbidden(message),
        404 => ApiError::NotFound(or("The server does not know this.")),
        200..=299 | 400..=499 => ApiError::Refused { message: or("The server refused, and gave no reason."), words },
        503 | 504 => ApiError::Unavailable(or("The cluster does not answer now. Try again in a moment.")),
        _ => ApiError::Server { status, message },
    }
}

fn unreadable(error: serde_json::Error) -> ApiError {
    ApiError::Unreadable(error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use model::OperationAccepted;

    fn answer(status: u16, text: &str) -> Answer {
        Answer { status, text: text.into(), outcome: None }
    }

    #[test]
    fn the_envelope_is_opened() {
        let read = read_drove::<OperationAccepted>(&answer(
            200,
            r#"{"status":"SUCCESS","data":{"taskId":"TEST_APP-T1"},"message":"success"}"#,
        ));
        assert_eq!(read.unwrap().task_id, "TEST_APP-T1");
    }

    #[test]
    fn a_failure_under_status_200_is_a_failure() {
        let read = read_drove::<OperationAccepted>(&answer(200, r#"{"status":"FAILED","message":"No such task"}"#));
        assert_eq!(read, Err(ApiError::Refused { message: "No such task".into(), words: vec![] }));
    }

    #[test]
    fn droves_entries_are_kept_word_for_word() {
        let read = read_drove::<OperationAccepted>(&answer(
            400,
            r#"{"status":"FAILED","data":{"validationErrors":["Task already exists for A/B with taskID: A-B"]},"message":"Command validation failure"}"#,
        ));
        assert_eq!(read.unwrap_err().lines(), ["Task already exists for A/B with taskID: A-B"]);
    }

    #[test]
    fn an_operation_without_a_word_of_droves_has_an_unknown_outcome() {
        let read = |status, text: &str, outcome: Option<&str>| {
            let answer = Answer { outcome: outcome.map(str::to_owned), ..answer(status, text) };
            read_operation::<OperationAccepted>(&answer).unwrap_err()
        };
        let lost = r#"{"status":"FAILED","message":"outcome unknown: the answer of the cluster was lost"}"#;
        let no_leader = r#"{"status":"FAILED","message":"the cluster has no leader at present"}"#;
        let failed =
            r#"{"status":"FAILED","data":{"failure":"getRole() is null"},"message":"Unexpected Server error"}"#;
        for (status, text, outcome, is_unknown) in [
            (504, lost, Some(OUTCOME_UNKNOWN), true),
            (504, "<html>", None, true),
            (503, "<html>", None, true),
            (503, no_leader, None, true),
            (503, no_leader, Some(NOT_SENT), false),
            (502, "", Some(OUTCOME_UNKNOWN), true),
            (500, "<html>", None, true),
            (500, failed, None, false),
            (400, failed, None, false),
        ] {
            let error = read(status, text, outcome);
            assert_eq!(error.is_unknown_outcome(), is_unknown, "{status} {text} {outcome:?}: {error:?}");
        }
        assert!(matches!(read(504, lost, Some(OUTCOME_UNKNOWN)), ApiError::OutcomeUnknown(_)));
        assert_eq!(read(500, failed, None).lines(), ["getRole() is null"], "Drove's words are shown");
    }

    #[test]
    fn problems_of_our_own_api_are_told_apart() {
        let read = |status, text: &str| read_own::<Value>(&answer(status, text)).unwrap_err();
        assert_eq!(read(401, ""), ApiError::SignedOut);
        assert_eq!(read(503, r#"{"message":"No leader"}"#), ApiError::Unavailable("No leader".into()));
        assert_eq!(read(500, "<html>"), ApiError::Server { status: 500, message: String::new() });
        assert!(matches!(read(200, "<html>"), ApiError::Unreadable(_)));
        assert!(read_own::<()>(&answer(204, "")).is_ok());
    }
}
