//! Who calls, and what they may do (contract 7). The demo's users come from the configuration.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, header};
use model::UserRole;
use sha2::{Digest, Sha256};
use std::{fmt, sync::Arc};

/// Somebody who proved who they are: by credentials with the request, or by a session that the layers outside made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Name they signed in with.
    pub name: String,
    /// What they may do; without a role they may read what everybody may read.
    pub role: Option<UserRole>,
}

impl Caller {
    /// The dashboard's own watcher, which only reads.
    pub fn watcher() -> Self {
        Self { name: "dashboard".into(), role: Some(UserRole::ReadOnly) }
    }
}

/// A user as configured.
#[derive(Clone)]
pub struct User {
    /// Name to sign in with.
    pub name: String,
    /// Password in clear, as the configuration holds it.
    pub password: String,
    /// One of Drove's roles; none is allowed.
    pub role: Option<UserRole>,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("name", &self.name).field("role", &self.role).finish_non_exhaustive()
    }
}

/// Everybody who may sign in. Only digests of passwords are kept.
#[derive(Clone)]
pub struct Users {
    known: Arc<[(Caller, Secret)]>,
}

type Secret = [u8; 32];

impl Users {
    /// These users and nobody else.
    pub fn new(users: impl IntoIterator<Item = User>) -> Self {
        let known = users
            .into_iter()
            .map(|user| (Caller { name: user.name, role: user.role }, digest(&user.password)))
            .collect();
        Self { known }
    }

    /// `admin/admin`, who may do everything, and `guest/guest`, who may read (design section 3, Identity).
    pub fn demo() -> Self {
        let user = |name: &str, role| User { name: name.into(), password: name.into(), role: Some(role) };
        Self::new([user("admin", UserRole::Root), user("guest", UserRole::ReadOnly)])
    }

    /// The user of that name, if the password is theirs. Takes the same time whichever of the two is wrong.
    pub fn verify(&self, name: &str, password: &str) -> Option<Caller> {
        let given = digest(password);
        let mut found = None;
        for (caller, secret) in self.known.iter() {
            let same = differing_bits(secret, &given) == 0;
            if caller.name == name && same {
                found = Some(caller.clone());
            }
        }
        found
    }

    /// The user that `Authorization: Basic` names. Other schemes are nobody.
    pub(super) fn from_headers(&self, headers: &HeaderMap) -> Option<Caller> {
        let (name, password) = basic_credentials(headers)?;
        self.verify(&name, &password)
    }
}

/// Name and password of `Authorization: Basic`; the scheme in any case, the name up to the first colon.
pub fn basic_credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

fn digest(password: &str) -> Secret {
    Sha256::digest(password.as_bytes()).into()
}

/// Looks at every byte, so that time tells nothing about where two digests differ.
fn differing_bits(a: &Secret, b: &Secret) -> u32 {
    a.iter().zip(b).map(|(x, y)| (x ^ y).count_ones()).sum()
}

/// What a route asks of its caller (contract 2, head).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Everybody who signed in, even without a role.
    Anyone,
    /// Task operations.
    Operations,
    /// Blacklisting and maintenance.
    Maintenance,
    /// Log files.
    Logs,
    /// Other nodes of the cluster, never a user.
    Nodes,
}

impl Access {
    /// Whether a role opens this. A user without role gets a 403 where Drove fails with a 500 (`docs/fidelity.md`).
    pub fn admits(self, role: Option<&UserRole>) -> bool {
        match self {
            Access::Anyone => true,
            Access::Operations => role.is_some_and(UserRole::may_operate),
            Access::Maintenance => role.is_some_and(UserRole::may_maintain),
            Access::Logs => role.is_some_and(UserRole::may_read_logs),
            Access::Nodes => false,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())])
    }

    #[test]
    fn only_the_right_password_of_the_right_user_is_taken() {
        let users = Users::demo();
        assert_eq!(users.verify("admin", "admin").unwrap().role, Some(UserRole::Root));
        for (name, password) in [("admin", "guest"), ("guest", "admin"), ("nobody", "admin"), ("admin", ""), ("", "")] {
            assert_eq!(users.verify(name, password), None, "{name}/{password}");
        }
    }

    #[test]
    fn basic_credentials_are_read_leniently_in_case_only() {
        assert_eq!(basic_credentials(&headers("basic YWRtaW46YTpi")).unwrap(), ("admin".into(), "a:b".into()));
        for broken in ["Bearer x", "Basic ???", "Basic YWRtaW4=", "Basic", ""] {
            assert_eq!(basic_credentials(&headers(broken)), None, "{broken}");
        }
    }

    #[test]
    fn passwords_are_not_printed() {
        let user = User { name: "a".into(), password: "secret-word".into(), role: None };
        assert!(!format!("{user:?}").contains("secret-word"));
    }
}
