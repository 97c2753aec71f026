//! The session cookie: sealed, so that neither its reader nor a thief of the file system's other half can make one.
//!
//! Names carry the port, because browsers share cookies between ports of one host, and the cluster, because each cluster
//! is signed in to by itself. A sealed value is bound to its name.

use cookie::{Cookie, CookieJar, Key, SameSite};
use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};

/// A session ends this long after it began, in seconds, whatever was done in it.
const LONGEST_SESSION: i64 = 7 * 24 * 3600;

/// Seals and opens the cookies of one cluster.
#[derive(Clone)]
pub struct SessionCookies {
    key: Key,
    session: String,
    signed_out: String,
}

impl std::fmt::Debug for SessionCookies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionCookies").field("session", &self.session).finish_non_exhaustive()
    }
}

/// What a request's cookies say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CookieState {
    /// A session of this user.
    Session(String),
    /// The user signed out here and has not signed in since.
    SignedOut,
    /// Nothing.
    Absent,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    user: String,
    /// Seconds since the Unix epoch.
    issued: i64,
}

impl SessionCookies {
    /// Cookies of `cluster` as served on `port`. `key` are 64 bytes; a key of another length is replaced by chance, which
    /// ends the sessions of an earlier process and nothing else.
    pub fn new(key: &[u8], cluster: &str, port: u16) -> Self {
        let key = Key::try_from(key).unwrap_or_else(|_| Key::generate());
        Self {
            key,
            session: format!("drove-{cluster}-{port}"),
            signed_out: format!("drove-{cluster}-{port}-signed-out"),
        }
    }

    /// A new key for [`Self::new`].
    pub fn new_key() -> Vec<u8> {
        Key::generate().master().to_vec()
    }

    /// What the cookies of a request say at `now` (seconds since the Unix epoch).
    pub fn read(&self, headers: &HeaderMap, now: i64) -> CookieState {
        let mut jar = CookieJar::new();
        for line in headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            for cookie in Cookie::split_parse(line.to_owned()).flatten() {
                jar.add_original(cookie);
            }
        }
        let sealed = jar.private(&self.key).get(&self.session);
        let sealed = sealed.and_then(|cookie| serde_json::from_str::<Sealed>(cookie.value()).ok());
        match sealed {
            Some(sealed) if now - sealed.issued < LONGEST_SESSION => CookieState::Session(sealed.user),
            _ if jar.get(&self.signed_out).is_some() => CookieState::SignedOut,
            _ => CookieState::Absent,
        }
    }

    /// Begins a session of `user`.
    pub fn sign_in(&self, headers: &mut HeaderMap, user: &str, now: i64) {
        // A struct of a string and a number always has a JSON form.
        let value = serde_json::to_string(&Sealed { user: user.to_owned(), issued: now }).unwrap_or_default();
        let mut jar = CookieJar::new();
        jar.private_mut(&self.key).add(self.cookie(&self.session, value));
        for cookie in jar.delta() {
            append(headers, cookie);
        }
        let mut stale = self.cookie(&self.signed_out, String::new());
        stale.make_removal();
        append(headers, &stale);
    }

    /// Ends the session, and stops the automatic one.
    pub fn sign_out(&self, headers: &mut HeaderMap) {
        let mut ended = self.cookie(&self.session, String::new());
        ended.make_removal();
        append(headers, &ended);
        append(headers, &self.cookie(&self.signed_out, "1".to_owned()));
    }

    fn cookie(&self, name: &str, value: String) -> Cookie<'static> {
        Cookie::build((name.to_owned(), value)).path("/").http_only(true).same_site(SameSite::Strict).build()
    }
}

fn append(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    // Names and values are base64, digits and configured cluster names, which the configuration keeps to such.
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    /// What a browser sends back after `answer`.
    fn sent_back(answer: &HeaderMap) -> HeaderMap {
        let mut request = HeaderMap::new();
        for value in answer.get_all(header::SET_COOKIE) {
            let cookie = Cookie::parse(value.to_str().unwrap().to_owned()).unwrap();
            if cookie.max_age().is_none_or(|age| age.is_positive()) {
                request.append(header::COOKIE, format!("{}={}", cookie.name(), cookie.value()).parse().unwrap());
            }
        }
        request
    }

    fn signed_in(cookies: &SessionCookies) -> HeaderMap {
        let mut answer = HeaderMap::new();
        cookies.sign_in(&mut answer, "eva", 1000);
        sent_back(&answer)
    }

    #[test]
    fn a_session_reads_back_until_it_is_too_old() {
        let cookies = SessionCookies::new(&SessionCookies::new_key(), "demo", 8080);
        let request = signed_in(&cookies);
        assert_eq!(cookies.read(&request, 1001), CookieState::Session("eva".into()));
        assert_eq!(cookies.read(&request, 1000 + LONGEST_SESSION), CookieState::Absent);
        assert!(!format!("{request:?}").contains("eva"));
    }

    #[test]
    fn another_key_cluster_or_port_does_not_accept_it() {
        let key = SessionCookies::new_key();
        let request = signed_in(&SessionCookies::new(&key, "demo", 8080));
        for other in [
            SessionCookies::new(&SessionCookies::new_key(), "demo", 8080),
            SessionCookies::new(&key, "prod", 8080),
            SessionCookies::new(&key, "demo", 8081),
        ] {
            assert_eq!(other.read(&request, 1001), CookieState::Absent);
        }
        let mut renamed = HeaderMap::new();
        let value = request[header::COOKIE].to_str().unwrap().replace("drove-demo-", "drove-prod-");
        renamed.insert(header::COOKIE, value.parse().unwrap());
        assert_eq!(SessionCookies::new(&key, "prod", 8080).read(&renamed, 1001), CookieState::Absent);
    }

    #[test]
    fn signing_out_is_remembered_until_the_next_sign_in() {
        let cookies = SessionCookies::new(&SessionCookies::new_key(), "demo", 8080);
        let mut answer = HeaderMap::new();
        cookies.sign_out(&mut answer);
        assert_eq!(cookies.read(&sent_back(&answer), 1), CookieState::SignedOut);
    }

    #[test]
    fn scripts_and_other_sites_never_see_it() {
        let cookies = SessionCookies::new(&SessionCookies::new_key(), "demo", 8080);
        let mut answer = HeaderMap::new();
        cookies.sign_in(&mut answer, "eva", 1000);
        let text = answer[header::SET_COOKIE].to_str().unwrap();
        for part in ["drove-demo-8080=", "HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
