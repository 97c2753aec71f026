//! Extractors whose rejections are answered like every other error.

pub mod budget;

use crate::error::ApiError;
use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Path, Request},
};
use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError};
use model::TaskKey;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Largest body of a request, in bytes. The middleware lets no body be read past it.
pub const LARGEST_REQUEST: usize = 4 << 20;
/// Largest body of an address of our own API, in bytes, except the preview, which takes a spec: names, passwords and times are
/// short.
pub const LARGEST_OWN_REQUEST: usize = 16 << 10;
/// Longest time a body may take to come.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Why a body was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// Larger than [`LARGEST_REQUEST`].
    TooLarge,
    /// It broke off, or did not come in time.
    Broken,
}

impl From<BodyFault> for ApiError {
    fn from(fault: BodyFault) -> Self {
        match fault {
            BodyFault::TooLarge => ApiError::TooLarge,
            BodyFault::Broken => ApiError::BadRequest("the request's body broke off".to_owned()),
        }
    }
}

/// Takes a body in whole.
///
/// # Errors
/// Whatever [`BodyFault`] lists.
pub async fn read_body(body: Body) -> Result<Bytes, BodyFault> {
    let collected = tokio::time::timeout(BODY_TIMEOUT, body.collect()).await.map_err(|_| BodyFault::Broken)?;
    match collected {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if is_length_limit(&error) => Err(BodyFault::TooLarge),
        Err(_) => Err(BodyFault::Broken),
    }
}

fn is_length_limit(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_length_limit)
}

/// A JSON body, whatever its content type says.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let bytes = read_body(request.into_body()).await?;
        let value = serde_json::from_slice(&bytes);
        value.map(JsonBody).map_err(|fault| ApiError::BadRequest(format!("the body is not what is expected: {fault}")))
    }
}

/// `{app}/{id}` of a path.
#[derive(Debug)]
pub struct KeyPath(pub TaskKey);

impl<S: Send + Sync> FromRequestParts<S> for KeyPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path((app, id)) = part(Path::<(String, String)>::from_request_parts(parts, state).await)?;
        Ok(Self(TaskKey::new(app, id)))
    }
}

/// `{app}/{id}/{file}` of a path.
#[derive(Debug)]
pub struct FilePath {
    /// The task.
    pub key: TaskKey,
    /// Name of a file.
    pub file: String,
}

impl<S: Send + Sync> FromRequestParts<S> for FilePath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path((app, id, file)) = part(Path::<(String, String, String)>::from_request_parts(parts, state).await)?;
        Ok(Self { key: TaskKey::new(app, id), file })
    }
}

fn part<T, E: std::fmt::Display>(read: Result<T, E>) -> Result<T, ApiError> {
    read.map_err(|fault| ApiError::BadRequest(fault.to_string()))
}

/// The decoded pairs of a query, in order; names may repeat.
#[derive(Debug, Default)]
pub struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    /// The first value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The first value of `name` as a number.
    ///
    /// # Errors
    /// It is there and is no number of that type.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, ApiError> {
        let Some(value) = self.get(name).filter(|value| !value.is_empty()) else { return Ok(None) };
        let fault = || ApiError::BadRequest(format!("{name}={value} is no number that fits"));
        value.parse().map(Some).map_err(|_| fault())
    }

    /// As text slices, as [`model::dashboard::HistoryQuery::from_pairs`] takes them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<S: Sync> FromRequestParts<S> for Pairs {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}
