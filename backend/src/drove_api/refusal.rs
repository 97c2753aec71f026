//! Every way in which a request below `/apis` can be refused, and how each looks on the wire (contract 1.2).

use super::reply;
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use controller::Reject;
use http::{HeaderValue, StatusCode, header};
use model::{
    ApiResponse, ApiStatus, COMMAND_VALIDATION_FAILURE, JSON_VALIDATION_FAILURE, UNEXPECTED_SERVER_ERROR,
    ValidationErrors,
};
use serde_json::json;

/// Why a request got no success.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Where Drove's container writes an error page, we send the envelope (contract 13, may deviate).
    Page { status: StatusCode, message: String },
    /// 401 with a text: the only answer that is neither envelope nor page.
    Unauthenticated,
    /// 400: bean validation, engine validation, maintenance.
    Validation(Vec<String>),
    /// 400: not JSON, or not of the right shape.
    Json(String),
    /// 200 with `FAILED`: a lookup found nothing, or the cluster would not.
    Failed(String),
    /// 500: something went wrong on our side.
    Unexpected(String),
    /// 500 of a log call that the executor refused; not the envelope.
    Executor { code: u16, body: serde_json::Value },
}

impl Refusal {
    pub fn not_found(message: String) -> Self {
        Self::Page { status: StatusCode::NOT_FOUND, message }
    }
}

impl From<Reject> for Refusal {
    fn from(reject: Reject) -> Self {
        match reject {
            Reject::Validation(entries) => Self::Validation(entries),
            Reject::Failed(message) => Self::Failed(message),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Refusal::Page { status, message } => {
                let mut response = reply::envelope(status, &ApiResponse::<()>::failed(message));
                let never_cached = HeaderValue::from_static("must-revalidate,no-cache,no-store");
                response.headers_mut().insert(header::CACHE_CONTROL, never_cached);
                response
            }
            Refusal::Unauthenticated => {
                let mut response = Response::new(Body::from("Credentials are required to access this resource."));
                *response.status_mut() = StatusCode::UNAUTHORIZED;
                let headers = response.headers_mut();
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(r#"Basic realm="realm""#));
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
                response
            }
            Refusal::Validation(entries) => refused(COMMAND_VALIDATION_FAILURE, entries),
            Refusal::Json(message) => refused(JSON_VALIDATION_FAILURE, vec![message]),
            Refusal::Failed(message) => reply::envelope(StatusCode::OK, &ApiResponse::<()>::failed(message)),
            Refusal::Unexpected(failure) => reply::envelope(
                StatusCode::INTERNAL_SERVER_ERROR,
                &failed_with(json!({ "failure": failure }), UNEXPECTED_SERVER_ERROR),
            ),
            Refusal::Executor { code, body } => reply::raw_json(
                StatusCode::INTERNAL_SERVER_ERROR,
                &json!({ "error": format!("Executor call returned: {code} body: {body}") }),
            ),
        }
    }
}

fn refused(message: &str, entries: Vec<String>) -> Response {
    reply::envelope(StatusCode::BAD_REQUEST, &failed_with(ValidationErrors { validation_errors: entries }, message))
}

fn failed_with<T>(data: T, message: &str) -> ApiResponse<T> {
    ApiResponse { status: ApiStatus::Failed, data: Some(data), message: message.into() }
}
