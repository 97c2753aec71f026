//! Errors of `/api/**` and their statuses, mapped once.
//!
//! What a user can act on is in the body; causes inside the process go to the log. `/apis/**` answers in Drove's
//! envelope instead, also where this process itself refuses ([`refusal`]).

use crate::{drove_client::ClusterError, ledger::LedgerError};
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use model::{
    ApiResponse, TaskKey,
    dashboard::{ApiProblem, Submission},
};
use std::time::Duration;

/// Why a request under `/api/**` has no other answer.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// 400: the request cannot be understood.
    #[error("{0}")]
    BadRequest(String),
    /// 401: nobody is signed in.
    #[error("nobody is signed in: sign in and try again")]
    NotSignedIn,
    /// 401: the name or the password is wrong.
    #[error("the user name or the password is wrong")]
    WrongCredentials,
    /// 403: this user, or this origin, may not.
    #[error("{0}")]
    Forbidden(String),
    /// 404: what was asked for does not exist.
    #[error("{0}")]
    NotFound(String),
    /// 404: no such task, because its CREATE was refused.
    #[error("{key} is no task: {}", create.refusal())]
    NeverCreated {
        /// The key.
        key: TaskKey,
        /// Its last CREATE.
        create: Box<Submission>,
    },
    /// 405.
    #[error("this address does not take that method")]
    WrongMethod,
    /// 413.
    #[error("the request is larger than this address takes: {} MiB, or {} KiB below /api",
        crate::extract::LARGEST_REQUEST >> 20, crate::extract::LARGEST_OWN_REQUEST >> 10)]
    TooLarge,
    /// 421: the `Host` is none of ours.
    #[error(
        "this server does not answer for the host {0}: use the address it prints, or allow the name by --allow-host"
    )]
    WrongHost(String),
    /// 422: Drove refused, in its own words.
    #[error("{message}")]
    Refused {
        /// `message` of the envelope.
        message: String,
        /// Entries.
        words: Vec<String>,
    },
    /// 429: too many attempts to sign in.
    #[error("too many failed attempts to sign in: wait {} s", .0.as_secs())]
    TooManyAttempts(Duration),
    /// 502: the cluster answered what this dashboard cannot read.
    #[error("{0}")]
    BadReply(String),
    /// 503: wait and retry.
    #[error("{0}")]
    Unavailable(String),
    /// 504: the cluster did not answer.
    #[error("{0}")]
    Timeout(String),
    /// 500: a bug, or this machine; the cause is in the log under the request's id.
    #[error("the dashboard failed: its log says why")]
    Internal,
}

impl ApiError {
    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            ApiError::BadRequest(_) => StatusCode::BAD_REQUEST,
            ApiError::NotSignedIn | ApiError::WrongCredentials => StatusCode::UNAUTHORIZED,
            ApiError::Forbidden(_) => StatusCode::FORBIDDEN,
            ApiError::NotFound(_) | ApiError::NeverCreated { .. } => StatusCode::NOT_FOUND,
            ApiError::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            ApiError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ApiError::WrongHost(_) => StatusCode::MISDIRECTED_REQUEST,
            ApiError::Refused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            ApiError::TooManyAttempts(_) => StatusCode::TOO_MANY_REQUESTS,
            ApiError::BadReply(_) => StatusCode::BAD_GATEWAY,
            ApiError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            ApiError::Timeout(_) => StatusCode::GATEWAY_TIMEOUT,
            ApiError::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn retry_after(&self) -> Option<HeaderValue> {
        match self {
            ApiError::TooManyAttempts(wait) => Some(HeaderValue::from(wait.as_secs().max(1))),
            ApiError::Unavailable(_) => Some(HeaderValue::from_static("2")),
            ApiError::BadRequest(_)
            | ApiError::NotSignedIn
            | ApiError::WrongCredentials
            | ApiError::Forbidden(_)
            | ApiError::NotFound(_)
            | ApiError::NeverCreated { .. }
            | ApiError::WrongMethod
            | ApiError::TooLarge
            | ApiError::WrongHost(_)
            | ApiError::Refused { .. }
            | ApiError::BadReply(_)
            | ApiError::Timeout(_)
            | ApiError::Internal => None,
        }
    }

    fn into_problem(self) -> ApiProblem {
        let message = self.to_string();
        let mut problem = ApiProblem { message, ..ApiProblem::default() };
        if let ApiError::Refused { words, .. } = self {
            problem.words = words;
        } else if let ApiError::NeverCreated { create, .. } = self {
            problem.refused_create = Some(create);
        }
        problem
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, retry_after) = (self.status(), self.retry_after());
        finish((status, Json(self.into_problem())).into_response(), retry_after)
    }
}

/// The answer of this process, not of a handler, to a request for `path`: in the form that clients of that path read.
pub fn refusal(path: &str, error: ApiError) -> Response {
    if !is_drove_path(path) {
        return error.into_response();
    }
    let (status, retry_after) = (error.status(), error.retry_after());
    let mut response =
        finish((status, Json(ApiResponse::<()>::failed(error.to_string()))).into_response(), retry_after);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        // What is Drove's is either sent, or answered so by this process: a 503 of a gateway does not say that.
        response.headers_mut().insert(model::OUTCOME_HEADER, HeaderValue::from_static(model::NOT_SENT));
    }
    response
}

/// Whether `path` speaks Drove's dialect, with or without `/clusters/NAME` before it.
pub fn is_drove_path(path: &str) -> bool {
    let path = crate::middleware::cluster::within(path);
    path == "/apis" || path.starts_with("/apis/")
}

fn finish(mut response: Response, retry_after: Option<HeaderValue>) -> Response {
    if let Some(value) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

impl From<ClusterError> for ApiError {
    fn from(error: ClusterError) -> Self {
        let sentence = error.to_string();
        match error {
            ClusterError::NotFound(words) => ApiError::NotFound(words),
            ClusterError::Refused { message, reasons, .. } => ApiError::Refused { message, words: reasons },
            ClusterError::NotLeader | ClusterError::NoLeader | ClusterError::Unreachable(_) | ClusterError::Busy(_) => {
                ApiError::Unavailable(sentence)
            }
            ClusterError::Timeout(_) => ApiError::Timeout(sentence),
            ClusterError::BadReply { .. } => ApiError::BadReply(sentence),
            ClusterError::Unauthorized { status: 401, .. } => ApiError::NotSignedIn,
            ClusterError::Unauthorized { .. } => ApiError::Forbidden(sentence),
            ClusterError::BadRequest(_) => ApiError::Internal,
        }
    }
}

impl From<LedgerError> for ApiError {
    fn from(error: LedgerError) -> Self {
        ApiError::Unavailable(error.to_string())
    }
}
