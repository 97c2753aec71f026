use super::{
    attempts::{Attempt, Attempts},
    basic,
    caller::{Acts, Caller, Unverified},
    cookies::{CookieState, Session, SessionCookies},
    drove_users::DroveUsers,
    gate::{Asked, Entered, seconds},
    same_origin::{Origin, is_browser, origin_of},
};
use crate::{
    config::{Credential, ProxyUsers},
    error::ApiError,
    middleware::host::is_forwarded_from_tls,
};
use http::{HeaderMap, header};
use model::{
    UserRole,
    dashboard::{Door, SignIn},
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

/// What a user of a cluster that asks for no credentials is called.
const ANONYMOUS: &str = "anonymous";
/// A role that was learned so lately is not asked for again: many requests of a page come at once.
const LATELY: Duration = Duration::from_secs(60);
/// The same for a session whose role is known, and for clients with credentials of their own.
const LONG_AGO: Duration = Duration::from_secs(300);
/// Where the page learns who it is; the only place where a role is worth asking for.
const SESSION: &str = "/api/session";

/// Knows who may enter a real cluster: whom its leader lets in, and whom a trusted proxy vouches for.
#[derive(Debug)]
pub struct ClusterKeeper {
    /// Asks the leader.
    pub users: DroveUsers,
    /// Proxies that are trusted to say where requests come from, and to name users if they have a header for that.
    pub proxy: Option<ProxyUsers>,
    /// The dashboard's own account.
    pub account: Option<Credential>,
    /// Operates for users whom a proxy vouches for.
    pub delegate: Option<Credential>,
}

impl ClusterKeeper {
    pub(super) async fn enter(
        &self,
        asked: &Asked<'_>,
        cookies: &SessionCookies,
        attempts: &Arc<Attempts>,
    ) -> Result<Entered, ApiError> {
        // Before any `Authorization`: that may be what the proxy itself asked for, which it passes on.
        let vouched_for = self.vouched_for(asked);
        if vouched_for.is_none() && asked.is_drove() && asked.headers.contains_key(header::AUTHORIZATION) {
            // The answer is the verdict.
            return Ok(attempts.begin_request(asked.headers, self.client_address(asked))?.into());
        }
        // Boxed, so that what is only forwarded does not carry the place for it.
        Box::pin(self.enter_by_proof(vouched_for, asked, cookies, attempts)).await
    }

    async fn enter_by_proof(
        &self,
        vouched_for: Option<&str>,
        asked: &Asked<'_>,
        cookies: &SessionCookies,
        attempts: &Arc<Attempts>,
    ) -> Result<Entered, ApiError> {
        if let Some(user) = vouched_for {
            asked.must_be_ours()?;
            return Ok(Some(self.vouched(user, asked).await).into());
        }
        if asked.headers.contains_key(header::AUTHORIZATION) {
            return self.with_credentials(asked, attempts).await;
        }
        if let CookieState::Session(session) = cookies.read(asked.headers, seconds()) {
            let taken = if asked.is_drove() { Ok(true) } else { self.users.takes(session.credential.as_ref()).await };
            match taken {
                Ok(true) => {
                    asked.must_be_ours()?;
                    return Ok(self.with_session(session, asked, cookies).await);
                }
                Ok(false) => {}
                Err(error) => return Ok(unverified(Some(session.user), &error)),
            }
        }
        self.with_nothing(asked).await
    }

    /// Somebody who signed in; the session goes on.
    async fn with_session(&self, mut session: Session, asked: &Asked<'_>, cookies: &SessionCookies) -> Entered {
        let now = seconds();
        let mut is_due = cookies.is_due(&session, now);
        // No leader may have been there to tell.
        let is_unknown = session.role.is_none() && !session.no_role;
        let within = if is_due || is_unknown { LATELY } else { LONG_AGO };
        if asked.path == SESSION
            && let Some(role) = self.users.role(session.credential.as_ref(), within).await
        {
            is_due |= is_unknown || session.role != role;
            session.no_role = role.is_none();
            session.role = role;
        }
        let mut entered = Entered::from(Some(caller_of(&session)));
        if is_due {
            cookies.seal(asked.headers, &mut entered.cookies, &Session { used: now, ..session });
        }
        entered
    }

    /// Somebody under `/api` with an `Authorization` of their own.
    async fn with_credentials(&self, asked: &Asked<'_>, attempts: &Arc<Attempts>) -> Result<Entered, ApiError> {
        if self.proves_nobody().await {
            return self.with_nothing(asked).await;
        }
        let value = asked.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let value = value.ok_or(ApiError::WrongCredentials)?;
        let user = basic::credentials(asked.headers).map_or_else(|| "token".to_owned(), |(user, _password)| user);
        let credential = Credential::header(&user, value).ok_or(ApiError::WrongCredentials)?;
        let attempt = attempts.begin_request(asked.headers, self.client_address(asked))?;
        match self.judge(&credential, attempt).await {
            Ok(true) => {}
            Ok(false) => return Err(ApiError::WrongCredentials),
            Err(error) => return Ok(unverified(None, &error)),
        }
        let role = if asked.path == SESSION { self.users.role(Some(&credential), LONG_AGO).await } else { None };
        let no_role = role == Some(None);
        let acts = Acts::AsItself(Some(credential));
        Ok(Some(Caller { user, role: role.flatten(), no_role, door: Door::Api, acts }).into())
    }

    /// Whether the leader takes a credential. While there is no leader, only what it took before is told from a guess.
    async fn judge(&self, credential: &Credential, attempt: Attempt) -> Result<bool, ApiError> {
        let taken = self.users.takes(Some(credential)).await;
        attempt.judged(matches!(taken, Ok(true)));
        taken
    }

    /// Whether the cluster is known to ask nobody for credentials: it takes any, which prove nothing then.
    async fn proves_nobody(&self) -> bool {
        matches!(self.users.takes(None).await, Ok(true))
    }

    /// Somebody who proves nothing: welcome if the cluster asks for nothing.
    async fn with_nothing(&self, asked: &Asked<'_>) -> Result<Entered, ApiError> {
        let is_page = is_browser(asked.headers);
        if !asked.method.is_safe() && origin_of(asked.headers) == Origin::Foreign {
            let sentence = "a page of another site must not change anything here".to_owned();
            return Err(ApiError::Forbidden(sentence));
        }
        if asked.is_drove() && !is_page {
            return Ok(Entered::default());
        }
        let is_open = match self.users.takes(None).await {
            // Whatever is asked there, the upstream says why it cannot be answered.
            Err(_) if asked.is_drove() => false,
            Err(error) => return Ok(unverified(None, &error)),
            Ok(is_open) => is_open,
        };
        let anonymous = || Caller {
            user: ANONYMOUS.to_owned(),
            // Drove itself takes everybody for root then (contract 7).
            role: Some(UserRole::Root),
            no_role: false,
            door: if is_page { Door::Page } else { Door::Api },
            acts: Acts::AsItself(None),
        };
        Ok(is_open.then(anonymous).into())
    }

    /// The user whom a trusted proxy names.
    fn vouched_for<'a>(&self, asked: &Asked<'a>) -> Option<&'a str> {
        let header = self.proxy.as_ref().filter(|_| self.is_proxy(asked.peer))?.header.as_ref()?;
        let mut values = asked.headers.get_all(header).iter();
        // Names are text, not only ASCII.
        let user = std::str::from_utf8(values.next()?.as_bytes()).ok()?.trim();
        // Two names are none: one of them may come from the client.
        (values.next().is_none() && !user.is_empty()).then_some(user)
    }

    async fn vouched(&self, user: &str, asked: &Asked<'_>) -> Caller {
        let role = match &self.delegate {
            None => Some(Some(UserRole::ReadOnly)),
            Some(delegate) if asked.path == SESSION => match self.users.takes(Some(delegate)).await {
                Ok(true) => self.users.role(Some(delegate), LONG_AGO).await,
                Ok(false) | Err(_) => None,
            },
            Some(_) => None,
        };
        let acts = Acts::Vouched { reads: self.account.clone(), operates: self.delegate.clone() };
        let no_role = role == Some(None);
        Caller { user: user.to_owned(), role: role.flatten(), no_role, door: Door::Page, acts }
    }

    fn is_proxy(&self, address: IpAddr) -> bool {
        self.proxy.as_ref().is_some_and(|proxy| proxy.addresses.iter().any(|network| network.holds(address)))
    }

    /// Where a request comes from: what a trusted proxy says of it, or the other end of the connection.
    fn client_address(&self, asked: &Asked<'_>) -> IpAddr {
        if !self.is_proxy(asked.peer) {
            return asked.peer;
        }
        // Each proxy appends whom it was asked by: the last that is none of ours is the client.
        let lines: Vec<_> = asked.headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).collect();
        let hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
        let mut hops = hops.map_while(address_of);
        hops.find(|hop| !self.is_proxy(*hop)).unwrap_or(asked.peer)
    }

    /// Checks a name and a password; nothing if the leader does not take them.
    ///
    /// # Errors
    /// The leader cannot be asked, or takes everybody; a proxy vouches for whoever asks; or too many attempts failed.
    pub(super) async fn verify(
        &self,
        asked: &Asked<'_>,
        given: &SignIn,
        attempts: &Arc<Attempts>,
    ) -> Result<Option<(Caller, Session)>, ApiError> {
        if self.vouched_for(asked).is_some() {
            let sentence = "the reverse proxy says who you are: sign in and out there".to_owned();
            return Err(ApiError::Forbidden(sentence));
        }
        if self.proves_nobody().await {
            let sentence = "this cluster asks for no credentials: there is nothing to sign in to".to_owned();
            return Err(ApiError::BadRequest(sentence));
        }
        let Some(credential) = Credential::basic(&given.user, &given.password) else { return Ok(None) };
        let presented = credential.authorization().as_bytes();
        let attempt = attempts.begin(Some(&given.user), presented, self.client_address(asked))?;
        if !self.judge(&credential, attempt).await? {
            return Ok(None);
        }
        let role = self.users.role(Some(&credential), LATELY).await;
        let session = Session {
            credential: Some(credential),
            no_role: role == Some(None),
            role: role.flatten(),
            secure: is_https(asked.headers),
            ..Session::begin(&given.user)
        };
        Ok(Some((caller_of(&session), session)))
    }

    /// Whether the leader accepts the credentials in these headers, or requests without any.
    pub(super) async fn knows(&self, headers: &HeaderMap) -> Result<bool, ApiError> {
        let Some(value) = headers.get(header::AUTHORIZATION) else { return self.users.takes(None).await };
        // Credentials that are no text are nobody's.
        let Some(credential) = value.to_str().ok().and_then(|value| Credential::header("", value)) else {
            return Ok(false);
        };
        self.users.takes(Some(&credential)).await
    }

    /// Removes what a proxy said: it is nobody else's business.
    pub fn strip(&self, headers: &mut HeaderMap) {
        if let Some(header) = self.proxy.as_ref().and_then(|proxy| proxy.header.as_ref()) {
            headers.remove(header);
        }
    }
}

/// An address as proxies write it: `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:443`.
fn address_of(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    bare.parse().ok().or_else(|| hop.parse().ok().map(|socket: SocketAddr| socket.ip()))
}

fn unverified(user: Option<String>, error: &ApiError) -> Entered {
    Unverified { user, why: error.to_string() }.into()
}

fn caller_of(session: &Session) -> Caller {
    Caller {
        user: session.user.clone(),
        role: session.role.clone(),
        no_role: session.no_role,
        door: Door::Page,
        acts: Acts::AsItself(session.credential.clone()),
    }
}

/// Whether the browser came through TLS, which ends before this server: by the page's own address, or a proxy's word.
fn is_https(headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    origin.is_some_and(|origin| origin.starts_with("https://")) || is_forwarded_from_tls(headers)
}
