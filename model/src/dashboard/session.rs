use super::ClusterLabel;
use crate::UserRole;
use serde::{Deserialize, Serialize};

/// Answer of `GET /api/session`: who am I and what may I do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionInfo {
    /// Absent: not signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Absent: no role, or not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<UserRole>,
    /// Why this user can change nothing, whatever the role: a reverse proxy vouches for them, and nobody is configured to
    /// operate for such users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
    /// Known to have no role; otherwise an absent role is one that was not learned.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_role: bool,
    /// Why nobody can be asked at present whether this user may enter: `user` is whom the cookie names, and of the cluster
    /// nothing is shown until somebody can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unverified: Option<String>,
    /// There is nothing to sign in to here, or out of: the cluster asks nobody for credentials, or a reverse proxy says who
    /// the user is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// The demo: its users may be offered on the login page.
    pub demo: bool,
    /// Names to sign in with at one press (demo with the built-in users only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offered: Vec<OfferedUser>,
    /// The clusters served, the default one first; each is signed in to by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<ClusterLabel>,
}

/// A built-in user of the demo. Its password equals its name, and is printed in the README.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferedUser {
    /// Name and password.
    pub name: String,
    /// What it may do.
    pub role: UserRole,
}

/// Body of `POST /api/session`. Never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignIn {
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("user", &self.user).finish_non_exhaustive()
    }
}
