use crate::error::ApiError;
use axum::extract::FromRequestParts;
use http::request::Parts;
use model::{UserRole, dashboard::Door};

/// Who a request comes from, once that is proven. Travels as an extension of the request.
///
/// As an extractor it refuses requests of nobody with 401.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Name.
    pub user: String,
    /// What it may do; absent: signed in, but no role.
    pub role: Option<UserRole>,
    /// How it came.
    pub door: Door,
}

impl Caller {
    /// The watcher's own calls, which never leave the process without credentials of their own.
    pub fn watcher() -> Self {
        Self { user: "dashboard".to_owned(), role: Some(UserRole::Root), door: Door::Api }
    }

    /// Whether it has the role for everything.
    pub fn is_root(&self) -> bool {
        self.role == Some(UserRole::Root)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Caller>().cloned().ok_or(ApiError::NotSignedIn)
    }
}
