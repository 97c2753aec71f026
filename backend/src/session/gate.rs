use super::{
    attempts::{Attempt, Attempts},
    caller::{Caller, Unverified},
    cookies::{CookieState, Session, SessionCookies, SessionId},
    same_origin::{Origin, origin_of},
    users::{AUTOMATIC_USER, Users},
};
use crate::{
    clock, error::ApiError, middleware::host::HostRules, session::basic, session::cluster_keeper::ClusterKeeper,
};
use http::{HeaderMap, Method, header};
use model::dashboard::{SessionInfo, SignIn};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::sync::broadcast;

/// Headers that tell of a proxy between the browser and this server.
const FORWARDING: [&str; 5] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/// Sessions signed out that a stream may be behind before it looks for itself.
const SIGNED_OUT: usize = 64;

/// Who may enter one cluster of the dashboard.
#[derive(Debug)]
pub struct Gate {
    cookies: SessionCookies,
    attempts: Arc<Attempts>,
    keeper: Keeper,
    /// Sessions that end by being signed out.
    signed_out: broadcast::Sender<SessionId>,
}

/// Who knows the users.
#[derive(Debug)]
enum Keeper {
    Demo {
        users: Arc<Users>,
        /// The listener is on loopback: only people of this machine come here.
        local: bool,
    },
    Cluster(Box<ClusterKeeper>),
}

/// What of a request tells who asks.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Method.
    pub method: &'a Method,
    /// Path, without `/clusters/NAME`.
    pub path: &'a str,
    /// Headers.
    pub headers: &'a HeaderMap,
    /// The other end of the connection.
    pub peer: IpAddr,
}

impl Asked<'_> {
    /// It speaks Drove's dialect, whose credentials are the upstream's to check.
    pub fn is_drove(&self) -> bool {
        crate::error::is_drove_path(self.path)
    }

    /// What it is believed for (a cookie, a proxy's word) is sent by the browser whatever page asks: it must be ours.
    ///
    /// # Errors
    /// It would change something for a page of another site.
    pub fn must_be_ours(&self) -> Result<(), ApiError> {
        if self.method.is_safe() || origin_of(self.headers) == Origin::Same {
            return Ok(());
        }
        Err(ApiError::Forbidden(
            "whoever is known by a cookie or by a proxy changes things from the page only: other clients send credentials \
             of Drove"
                .to_owned(),
        ))
    }
}

/// Who asks, and cookies for the answer.
#[derive(Debug, Default)]
pub struct Entered {
    /// Nobody, if not proven.
    pub caller: Option<Caller>,
    /// There is no caller because nobody can be asked.
    pub unverified: Option<Unverified>,
    /// `Set-Cookie`, if the session goes on.
    pub cookies: HeaderMap,
    /// Credentials that the upstream judges by its answer.
    pub attempt: Option<Attempt>,
}

impl From<Option<Caller>> for Entered {
    fn from(caller: Option<Caller>) -> Self {
        Self { caller, ..Self::default() }
    }
}

impl From<Attempt> for Entered {
    fn from(attempt: Attempt) -> Self {
        Self { attempt: Some(attempt), ..Self::default() }
    }
}

impl From<Unverified> for Entered {
    fn from(unverified: Unverified) -> Self {
        Self { unverified: Some(unverified), ..Self::default() }
    }
}

impl Gate {
    /// The demo's gate for `users`; `local` tells that the listener is on a loopback address.
    pub fn of_demo(users: Arc<Users>, cookies: SessionCookies, local: bool) -> Self {
        Self::of(Keeper::Demo { users, local }, cookies)
    }

    /// The gate of a real cluster.
    pub fn of_cluster(keeper: ClusterKeeper, cookies: SessionCookies) -> Self {
        Self::of(Keeper::Cluster(Box::new(keeper)), cookies)
    }

    fn of(keeper: Keeper, cookies: SessionCookies) -> Self {
        Self { cookies, attempts: Arc::default(), keeper, signed_out: broadcast::Sender::new(SIGNED_OUT) }
    }

    /// Who asks. A request with credentials of its own does not use the cookie; under `/apis` they are left to the
    /// upstream.
    ///
    /// # Errors
    /// The credentials are wrong, or too many before them were, or the request would change something for another site's page.
    pub async fn enter(&self, asked: &Asked<'_>) -> Result<Entered, ApiError> {
        match &self.keeper {
            Keeper::Cluster(keeper) => keeper.enter(asked, &self.cookies, &self.attempts).await,
            Keeper::Demo { users, .. } => self.enter_demo(users, asked),
        }
    }

    fn enter_demo(&self, users: &Users, asked: &Asked<'_>) -> Result<Entered, ApiError> {
        if asked.headers.contains_key(header::AUTHORIZATION) {
            if asked.is_drove() {
                return Ok(self.attempts.begin_request(asked.headers, asked.peer)?.into());
            }
            let Some((user, password)) = basic::credentials(asked.headers) else { return Ok(Entered::default()) };
            let attempt = self.attempts.begin_request(asked.headers, asked.peer)?;
            let verified = users.verify(&user, &password);
            attempt.judged(verified.is_some());
            return verified.map(|caller| Some(caller).into()).ok_or(ApiError::WrongCredentials);
        }
        let CookieState::Session(session) = self.cookies.read(asked.headers, seconds()) else {
            return Ok(Entered::default());
        };
        let Some(caller) = users.signed_in(&session.user) else { return Ok(Entered::default()) };
        asked.must_be_ours()?;
        Ok(Some(caller).into())
    }

    /// Whether the sender of an operation is known: a caller whom this process has verified, or credentials that the cluster
    /// accepts. The operations of others are not read and not recorded.
    ///
    /// # Errors
    /// No leader can be asked, and none has judged these credentials before.
    pub async fn knows(&self, caller: Option<&Caller>, headers: &HeaderMap) -> Result<bool, ApiError> {
        match &self.keeper {
            Keeper::Demo { users, .. } => Ok(caller.is_some()
                || basic::credentials(headers)
                    .is_some_and(|(user, password)| users.verify(&user, &password).is_some())),
            Keeper::Cluster(keeper) => keeper.knows(headers).await,
        }
    }

    /// Issues the session that the page of the demo gets by itself, if it has none and this is somebody at this very
    /// machine.
    pub fn sign_in_by_itself(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        let Keeper::Demo { users, local: true } = &self.keeper else { return };
        let at_this_machine =
            HostRules::is_loopback(request) && !FORWARDING.iter().any(|name| request.contains_key(*name));
        if at_this_machine
            && self.cookies.read(request, seconds()) == CookieState::Absent
            && users.signed_in(AUTOMATIC_USER).is_some()
        {
            self.cookies.sign_in(request, answer, &Session::begin(AUTOMATIC_USER));
        }
    }

    /// Signs in; the cookie goes into `answer`.
    ///
    /// # Errors
    /// Wrong credentials, too many attempts, or a page of another site asks.
    pub async fn sign_in(&self, asked: &Asked<'_>, given: &SignIn, answer: &mut HeaderMap) -> Result<Caller, ApiError> {
        if origin_of(asked.headers) == Origin::Foreign {
            return Err(ApiError::Forbidden("signing in works from the page itself only".to_owned()));
        }
        let signed_in = match &self.keeper {
            Keeper::Demo { users, .. } => {
                let attempt = self.attempts.begin(Some(&given.user), given.password.as_bytes(), asked.peer)?;
                let verified = users.verify(&given.user, &given.password);
                attempt.judged(verified.is_some());
                verified.map(|caller| {
                    let session = Session::begin(&caller.user);
                    (caller, session)
                })
            }
            Keeper::Cluster(keeper) => keeper.verify(asked, given, &self.attempts).await?,
        };
        let (caller, session) = signed_in.ok_or(ApiError::WrongCredentials)?;
        self.cookies.sign_in(asked.headers, answer, &session);
        Ok(caller)
    }

    /// Ends the session of `request`, and keeps the page from signing in by itself.
    pub fn sign_out(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        if let CookieState::Session(session) = self.cookies.read(request, seconds()) {
            self.cookies.end(&session, seconds());
            // Nobody may be listening.
            let _ = self.signed_out.send(session.id());
        }
        self.cookies.sign_out(request, answer);
    }

    /// The session of a request, and what is left of it if it is not used any more.
    pub(super) fn session(&self, request: &HeaderMap) -> Option<(SessionId, Duration)> {
        match self.cookies.read(request, seconds()) {
            CookieState::Session(session) => Some((session.id(), self.cookies.left(&session, seconds()))),
            CookieState::SignedOut | CookieState::Absent => None,
        }
    }

    /// Sessions that are signed out from now on.
    pub(super) fn signed_out(&self) -> broadcast::Receiver<SessionId> {
        self.signed_out.subscribe()
    }

    /// Takes out of a request what only this gate reads, before it goes to the cluster.
    pub fn strip(&self, headers: &mut HeaderMap) {
        match &self.keeper {
            Keeper::Cluster(keeper) => keeper.strip(headers),
            Keeper::Demo { .. } => {}
        }
    }

    /// What the page may know of its session.
    pub fn describe(&self, caller: Option<&Caller>, unverified: Option<&Unverified>) -> SessionInfo {
        let (demo, offered) = match &self.keeper {
            Keeper::Demo { users, .. } => (true, users.offered().to_vec()),
            Keeper::Cluster(_) => (false, Vec::new()),
        };
        SessionInfo {
            user: caller.map(|caller| caller.user.clone()).or_else(|| unverified?.user.clone()),
            unverified: unverified.map(|unverified| unverified.why.clone()),
            role: caller.and_then(|caller| caller.role.clone()),
            no_role: caller.is_some_and(|caller| caller.no_role),
            open: caller.is_some_and(|caller| !caller.signs_in()),
            bound: caller.and_then(Caller::bound),
            demo,
            offered,
            ..SessionInfo::default()
        }
    }
}

/// Now, in seconds since the Unix epoch.
pub(super) fn seconds() -> i64 {
    clock::wall().millis() / 1000
}
