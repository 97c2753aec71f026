use super::{
    attempts::Attempts,
    caller::Caller,
    cookies::{CookieState, SessionCookies},
    same_origin::{Origin, origin_of},
    users::{AUTOMATIC_USER, Users},
};
use crate::{clock, error::ApiError, middleware::host::HostRules};
use http::{HeaderMap, Method, header};
use model::dashboard::{SessionInfo, SignIn};
use std::{net::IpAddr, sync::Arc};

/// Headers that tell of a proxy between the browser and this server.
const FORWARDING: [&str; 5] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/// Who may enter one cluster of the dashboard.
#[derive(Debug)]
pub struct Gate {
    users: Arc<Users>,
    cookies: SessionCookies,
    attempts: Attempts,
    /// The listener is on loopback: only people of this machine come here.
    local: bool,
}

impl Gate {
    /// A gate for `users`; `local` tells that the listener is on a loopback address.
    pub fn new(users: Arc<Users>, cookies: SessionCookies, local: bool) -> Self {
        Self { users, cookies, attempts: Attempts::default(), local }
    }

    /// The users behind this gate.
    pub fn users(&self) -> &Arc<Users> {
        &self.users
    }

    /// Who the cookie of a request proves to be asking. A request with credentials of its own does not use the cookie.
    ///
    /// # Errors
    /// The cookie would change something for a page of another site.
    pub fn caller(&self, method: &Method, headers: &HeaderMap) -> Result<Option<Caller>, ApiError> {
        if headers.contains_key(header::AUTHORIZATION) {
            return Ok(None);
        }
        let CookieState::Session(user) = self.cookies.read(headers, seconds()) else { return Ok(None) };
        let Some(caller) = self.users.signed_in(&user) else { return Ok(None) };
        if !method.is_safe() && origin_of(headers) != Origin::Same {
            return Err(ApiError::Forbidden(
                "a request that changes something and uses the page's cookie must come from the page itself".to_owned(),
            ));
        }
        Ok(Some(caller))
    }

    /// Issues the session that the page gets by itself, if it has none and this is somebody at this very machine.
    pub fn sign_in_by_itself(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        let at_this_machine =
            self.local && HostRules::is_loopback(request) && !FORWARDING.iter().any(|name| request.contains_key(*name));
        if at_this_machine
            && self.cookies.read(request, seconds()) == CookieState::Absent
            && self.users.signed_in(AUTOMATIC_USER).is_some()
        {
            self.cookies.sign_in(answer, AUTOMATIC_USER, seconds());
        }
    }

    /// Signs in; the cookie goes into `answer`.
    ///
    /// # Errors
    /// Wrong credentials, too many attempts, or a page of another site asks.
    pub fn sign_in(
        &self,
        request: &HeaderMap,
        peer: IpAddr,
        given: &SignIn,
        answer: &mut HeaderMap,
    ) -> Result<Caller, ApiError> {
        if origin_of(request) == Origin::Foreign {
            return Err(ApiError::Forbidden("signing in works from the page itself only".to_owned()));
        }
        let (user, peer) = (format!("user {}", given.user), format!("peer {peer}"));
        let keys = [user.as_str(), peer.as_str()];
        if let Some(wait) = self.attempts.must_wait(&keys) {
            return Err(ApiError::TooManyAttempts(wait));
        }
        let Some(caller) = self.users.verify(&given.user, &given.password) else {
            self.attempts.failed(&keys);
            return Err(ApiError::WrongCredentials);
        };
        self.cookies.sign_in(answer, &caller.user, seconds());
        Ok(caller)
    }

    /// Signs out, and keeps the page from signing in by itself.
    pub fn sign_out(&self, answer: &mut HeaderMap) {
        self.cookies.sign_out(answer);
    }

    /// What the page may know of its session.
    pub fn describe(&self, caller: Option<&Caller>) -> SessionInfo {
        SessionInfo {
            user: caller.map(|caller| caller.user.clone()),
            role: caller.and_then(|caller| caller.role.clone()),
            demo: true,
            offered: self.users.offered().to_vec(),
        }
    }
}

fn seconds() -> i64 {
    clock::wall().millis() / 1000
}
