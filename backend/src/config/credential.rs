//! What proves an account to Drove.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderValue;
use std::fmt;

/// The value of an `Authorization` header, and whose it is. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    name: String,
    authorization: HeaderValue,
}

impl Credential {
    /// That of a user with a password; nothing if such a name cannot be sent (RFC 7617: no colon, no control characters).
    pub fn basic(name: &str, password: &str) -> Option<Self> {
        let is_sendable = |text: &str| !text.chars().any(char::is_control);
        if name.contains(':') || !is_sendable(name) || !is_sendable(password) {
            return None;
        }
        Self::header(name, &format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))))
    }

    /// That of a whole `Authorization` value; nothing if it cannot be a header's.
    pub fn header(name: &str, value: &str) -> Option<Self> {
        let mut authorization = HeaderValue::from_str(value).ok()?;
        authorization.set_sensitive(true);
        Some(Self { name: name.to_owned(), authorization })
    }

    /// Whose it is, for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The header's value, marked as one that is not to be shown.
    pub fn authorization(&self) -> &HeaderValue {
        &self.authorization
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn passwords_are_sent_and_never_shown() {
        let credential = Credential::basic("eva", "a:b").unwrap();
        assert_eq!(credential.authorization(), "Basic ZXZhOmE6Yg==");
        assert!(!format!("{credential:?} {:?}", credential.authorization()).contains("ZXZh"));
        assert!(Credential::basic("e:va", "x").is_none() && Credential::basic("eva", "a\nb").is_none());
        assert!(Credential::header("token", "O-Bearer x\r\nx: y").is_none());
    }
}
