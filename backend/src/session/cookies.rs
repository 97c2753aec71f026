//! The session cookie: sealed, so that neither its reader nor a thief of the file system's other half can make one.
//!
//! Names carry the cluster, because each cluster is signed in to by itself, and what tells dashboards of one host apart,
//! because browsers share cookies between ports: host and port as the browser sees them, not the port listened on, which
//! containers have in common. Replicas that share a key share their sessions, whatever their addresses: there the key is
//! in the name. A sealed value is bound to its name.

use super::ended::Ended;
use crate::{config::Credential, middleware::host};
use cookie::{Cookie, CookieJar, Key, SameSite};
use http::{HeaderMap, HeaderValue, header};
use model::UserRole;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha512};
use std::{sync::Arc, time::Duration};

/// A session of the demo ends this long after it began, whatever was done in it.
const LONGEST_SESSION: Duration = Duration::from_secs(7 * 24 * 3600);
/// A session that was used is sealed anew at most so often, in seconds; and after this part of its idle time, so that none
/// ends in use.
const RENEWED_EVERY: i64 = 300;
const RENEWED_AFTER_PART: i64 = 10;

/// Seals and opens the cookies of one cluster.
#[derive(Clone)]
pub struct SessionCookies {
    key: Key,
    cluster: String,
    /// In the names instead of the host, where replicas share the key.
    shared: Option<String>,
    /// In seconds.
    idle: i64,
    longest: i64,
    /// Signed out here.
    ended: Arc<Ended>,
}

impl std::fmt::Debug for SessionCookies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionCookies").field("cluster", &self.cluster).finish_non_exhaustive()
    }
}

/// What a request's cookies say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CookieState {
    /// A session.
    Session(Session),
    /// The user signed out here and has not signed in since.
    SignedOut,
    /// Nothing.
    Absent,
}

/// What a session cookie holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who signed in.
    pub user: String,
    /// By what a real cluster knows them.
    pub credential: Option<Credential>,
    /// What they may do there, as far as it was learned.
    pub role: Option<UserRole>,
    /// It was learned that there is none.
    pub no_role: bool,
    /// When it began and when it was last sealed, in seconds since the Unix epoch.
    pub issued: i64,
    /// See `issued`.
    pub used: i64,
    /// Tells it from others of this user that began in the same second.
    pub number: u32,
    /// The page came through TLS.
    pub secure: bool,
}

/// Which session; it stays the same when the session is sealed anew.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionId {
    user: String,
    issued: i64,
    number: u32,
}

impl Session {
    /// One that begins at `now` (seconds since the Unix epoch).
    pub fn new(user: &str, now: i64) -> Self {
        Self {
            user: user.to_owned(),
            credential: None,
            role: None,
            no_role: false,
            issued: now,
            used: now,
            number: 0,
            secure: false,
        }
    }

    /// One that begins now, unlike any other.
    pub fn begin(user: &str) -> Self {
        // Without chance, the user and the second have to do.
        Self { number: getrandom::u32().unwrap_or_default(), ..Self::new(user, super::gate::seconds()) }
    }

    /// What tells it from others of this cluster.
    pub fn id(&self) -> SessionId {
        SessionId { user: self.user.clone(), issued: self.issued, number: self.number }
    }
}

/// Names are short because every request carries them.
#[derive(Serialize, Deserialize)]
struct Sealed {
    user: String,
    issued: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    used: Option<i64>,
    #[serde(default)]
    number: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    auth: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<UserRole>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    no_role: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    secure: bool,
}

impl From<&Session> for Sealed {
    fn from(session: &Session) -> Self {
        let auth = session.credential.as_ref().and_then(|c| c.authorization().to_str().ok()).map(str::to_owned);
        Self {
            user: session.user.clone(),
            issued: session.issued,
            number: session.number,
            used: (session.used != session.issued).then_some(session.used),
            auth,
            role: session.role.clone(),
            no_role: session.no_role,
            secure: session.secure,
        }
    }
}

impl From<Sealed> for Session {
    fn from(sealed: Sealed) -> Self {
        Self {
            credential: sealed.auth.and_then(|auth| Credential::header(&sealed.user, &auth)),
            user: sealed.user,
            role: sealed.role,
            no_role: sealed.no_role,
            issued: sealed.issued,
            number: sealed.number,
            used: sealed.used.unwrap_or(sealed.issued),
            secure: sealed.secure,
        }
    }
}

impl SessionCookies {
    /// Cookies of `cluster`. `key` are 64 bytes; a key of another length is replaced by chance, which ends the sessions of an
    /// earlier process and nothing else.
    pub fn new(key: &[u8], cluster: &str) -> Self {
        Self {
            key: Key::try_from(key).unwrap_or_else(|_| Key::generate()),
            cluster: cluster.to_owned(),
            shared: None,
            idle: i64::MAX,
            longest: seconds(LONGEST_SESSION),
            ended: Arc::default(),
        }
    }

    /// The same, for one of several replicas that have the key in common.
    pub fn shared(self) -> Self {
        let digest = Sha256::new().chain_update(b"name of a cookie").chain_update(self.key.master()).finalize();
        let shared = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Self { shared: Some(shared), ..self }
    }

    /// The same, with sessions that last so long without a request, and so long at all.
    pub fn lasting(self, idle: Duration, longest: Duration) -> Self {
        Self { idle: seconds(idle), longest: seconds(longest), ..self }
    }

    /// A key for [`Self::new`] that follows from a text: replicas that are given the same one share their sessions.
    pub fn key_of(text: &str) -> Vec<u8> {
        Sha512::digest(text).to_vec()
    }

    /// A new key for [`Self::new`].
    pub fn new_key() -> Vec<u8> {
        Key::generate().master().to_vec()
    }

    /// What the cookies of a request say at `now` (seconds since the Unix epoch).
    pub fn read(&self, headers: &HeaderMap, now: i64) -> CookieState {
        if !headers.contains_key(header::COOKIE) {
            return CookieState::Absent;
        }
        let name = self.name(headers);
        let mut jar = CookieJar::new();
        // Each by itself: another application of this host may have set one that is not even text.
        let lines = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
        for text in lines.flat_map(|line| line.split(|byte| *byte == b';')).flat_map(std::str::from_utf8) {
            if let Ok(cookie) = Cookie::parse(text.to_owned()) {
                jar.add_original(cookie);
            }
        }
        // Also beside a session: a request that was under way during sign-out may have brought it back.
        if jar.get(&signed_out(&name)).is_some() {
            return CookieState::SignedOut;
        }
        let sealed = jar.private(&self.key).get(&name);
        let sealed = sealed.and_then(|cookie| serde_json::from_str::<Sealed>(cookie.value()).ok());
        let session = sealed.map(Session::from);
        match session {
            Some(session) if now - session.issued < self.longest && now - session.used < self.idle => {
                // A copy of its cookie is as good as none.
                if self.ended.holds(&session.id()) { CookieState::SignedOut } else { CookieState::Session(session) }
            }
            _ => CookieState::Absent,
        }
    }

    /// Whether a session should be sealed anew at `now`, because it is in use.
    pub fn is_due(&self, session: &Session, now: i64) -> bool {
        now - session.used >= RENEWED_EVERY.min(self.idle / RENEWED_AFTER_PART)
    }

    /// What is left of a session at `now`, if it is not used any more.
    pub fn left(&self, session: &Session, now: i64) -> Duration {
        let end = session.issued.saturating_add(self.longest).min(session.used.saturating_add(self.idle));
        Duration::from_secs(u64::try_from(end.saturating_sub(now)).unwrap_or_default())
    }

    /// Takes no cookie of a session any more, from `now` (seconds since the Unix epoch).
    pub fn end(&self, session: &Session, now: i64) {
        self.ended.insert(session.id(), now, session.issued.saturating_add(self.longest));
    }

    /// Begins a session, in the answer to `request`.
    pub fn sign_in(&self, request: &HeaderMap, answer: &mut HeaderMap, session: &Session) {
        self.seal(request, answer, session);
        let mut stale = cookie(signed_out(&self.name(request)), String::new());
        stale.make_removal();
        append(answer, &stale);
    }

    /// Seals a session, the first time or anew, in the answer to `request`.
    pub fn seal(&self, request: &HeaderMap, answer: &mut HeaderMap, session: &Session) {
        // A struct of texts and numbers always has a JSON form.
        let value = serde_json::to_string(&Sealed::from(session)).unwrap_or_default();
        let mut cookie = cookie(self.name(request), value);
        if session.secure {
            cookie.set_secure(true);
        }
        let mut jar = CookieJar::new();
        jar.private_mut(&self.key).add(cookie);
        for cookie in jar.delta() {
            append(answer, cookie);
        }
    }

    /// Ends the session of `request`, and stops the automatic one.
    pub fn sign_out(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        let name = self.name(request);
        let marker = signed_out(&name);
        let mut ended = cookie(name, String::new());
        ended.make_removal();
        append(answer, &ended);
        append(answer, &cookie(marker, "1".to_owned()));
    }

    /// Name of the session cookie that belongs to the address a request was sent to.
    fn name(&self, request: &HeaderMap) -> String {
        let cluster = &self.cluster;
        if let Some(key) = &self.shared {
            return format!("drove-{cluster}-{key}");
        }
        // Requests for hosts that cannot be read are turned away before.
        let Some(authority) = host::authority(request) else { return format!("drove-{cluster}") };
        let port = authority.port_u16().unwrap_or(if host::is_forwarded_from_tls(request) { 443 } else { 80 });
        // An address of IPv6 has signs that names may not have.
        let sign =
            |sign: char| if sign.is_ascii_alphanumeric() || sign == '.' { sign.to_ascii_lowercase() } else { '-' };
        let host: String = authority.host().chars().map(sign).collect();
        format!("drove-{cluster}-{host}-{port}")
    }
}

/// No session's name ends so: it ends in a port or a key.
fn signed_out(session: &str) -> String {
    format!("{session}.signed-out")
}

fn cookie(name: String, value: String) -> Cookie<'static> {
    Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Strict).build()
}

fn seconds(span: Duration) -> i64 {
    i64::try_from(span.as_secs()).unwrap_or(i64::MAX)
}

fn append(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    // Names and values are base64, letters, digits and the few signs of hosts and cluster names.
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests;
