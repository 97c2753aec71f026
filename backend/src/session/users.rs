//! The users of the demo.

use super::caller::Caller;
use crate::config::DemoUser;
use model::{
    UserRole,
    dashboard::{Door, OfferedUser},
};
use sha2::{Digest, Sha256};
use std::fmt;

/// The user that the page becomes by itself on loopback.
pub const AUTOMATIC_USER: &str = "admin";

/// Names, roles, and digests of passwords; the passwords themselves are not kept.
pub struct Users {
    salt: [u8; 32],
    users: Vec<User>,
    offered: Vec<OfferedUser>,
}

struct User {
    name: String,
    digest: [u8; 32],
    role: Option<UserRole>,
}

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.users.iter().map(|user| &user.name)).finish()
    }
}

impl Users {
    /// Those configured, or `admin` and `guest` if none are. `salt` is any 32 bytes of chance.
    pub fn new(configured: &[DemoUser], salt: [u8; 32]) -> Self {
        let built_in = [("admin", UserRole::Root), ("guest", UserRole::ReadOnly)].map(|(name, role)| DemoUser {
            name: name.to_owned(),
            password: name.to_owned(),
            role: Some(role),
        });
        let (source, offer) = if configured.is_empty() { (&built_in[..], true) } else { (configured, false) };
        let users = source
            .iter()
            .map(|user| User {
                name: user.name.clone(),
                digest: digest(&salt, &user.password),
                role: user.role.clone(),
            })
            .collect();
        let offered = source.iter().filter(|_| offer);
        let offered = offered
            .filter_map(|user| Some(OfferedUser { name: user.name.clone(), role: user.role.clone()? }))
            .collect();
        Self { salt, users, offered }
    }

    /// The caller, if the password is that user's. Salted digests are compared, so the time this takes tells nothing.
    pub fn verify(&self, name: &str, password: &str) -> Option<Caller> {
        let given = digest(&self.salt, password);
        let mut found = None;
        for user in &self.users {
            if user.digest == given && user.name == name {
                found = Some(user.caller(Door::Api));
            }
        }
        found
    }

    /// A user whose cookie proves that it signed in.
    pub fn signed_in(&self, name: &str) -> Option<Caller> {
        self.users.iter().find(|user| user.name == name).map(|user| user.caller(Door::Page))
    }

    /// Users whose passwords everybody knows.
    pub fn offered(&self) -> &[OfferedUser] {
        &self.offered
    }
}

impl User {
    fn caller(&self, door: Door) -> Caller {
        Caller::in_process(&self.name, self.role.clone(), door)
    }
}

fn digest(salt: &[u8; 32], password: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(password).finalize().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn built_in_users_are_there_only_without_configured_ones() {
        let built_in = Users::new(&[], [7; 32]);
        assert!(built_in.verify("admin", "admin").unwrap().is_root());
        assert_eq!(built_in.verify("guest", "guest").unwrap().role, Some(UserRole::ReadOnly));
        assert_eq!(built_in.verify("admin", "guest"), None);
        assert_eq!(built_in.offered().len(), 2);

        let own = DemoUser { name: "eva".into(), password: "s3cret".into(), role: None };
        let configured = Users::new(&[own], [7; 32]);
        assert_eq!(configured.verify("admin", "admin"), None);
        assert_eq!(configured.verify("eva", "s3cret").unwrap().role, None);
        assert!(configured.offered().is_empty());
    }

    #[test]
    fn two_users_may_share_a_password() {
        let user = |name: &str| DemoUser { name: name.into(), password: "same".into(), role: None };
        let users = Users::new(&[user("a"), user("b")], [0; 32]);
        assert_eq!(users.verify("b", "same").unwrap().user, "b");
        assert_eq!(users.verify("a", "same").unwrap().user, "a");
    }

    #[test]
    fn nothing_secret_is_printed() {
        let user = DemoUser { name: "eva".into(), password: "s3cret".into(), role: None };
        let users = Users::new(std::slice::from_ref(&user), [0; 32]);
        assert!(!format!("{user:?} {users:?}").contains("s3cret"));
    }
}
