//! The current leader of a real cluster as an upstream: found and found again among the configured controllers.
//!
//! Requests go on as they came and answers come back as they are, both as streams. What is sent again, and what is not:
//!
//! | What happened | A read | Anything else |
//! |---|---|---|
//! | there was no connection, or the controller said that it does not lead | sent to the next leader | the same: it was not carried out |
//! | the answer was lost | sent once more | never sent again: [`UpstreamError::AnswerLost`] |
//!
//! Who leads is known by [`finder`], which asks by [`probe`].

mod bodies;
mod finder;
mod headers;
mod places;
mod probe;

pub use places::{CLIENTS, OF_ONE, Place, READS};

use super::{
    Change, Changes, Concerns, InMemory, OwnAccord, ServerClock, Upstream, UpstreamError,
    connections::{AnswerBody, Connections, Failure},
    endpoint::Endpoint,
    trust::{self, Trust, TrustFault},
};
use crate::{
    clock,
    error::{ApiError, refusal},
    extract::BodyFault,
};
use axum::body::Body;
use bodies::{BrokenRequest, Sending, Taken};
use finder::{Finder, Leader};
use futures_util::{StreamExt, stream};
use http::{HeaderValue, Method, Request, Response, StatusCode, request};
use http_body::Body as _;
use http_body_util::LengthLimitError;
use model::dashboard::ControllerStatus;
use places::Places;
use probe::Standing;
use std::{io, pin::pin, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, timeout};
use tokio_stream::wrappers::BroadcastStream;

/// An answer to a read that is no larger (in bytes) is taken in whole before it is passed on: should it break off, the read
/// is sent once more.
const KEPT_ANSWER: u64 = 64 << 10;
/// The refusal of a controller that does not lead is no larger, in bytes.
const LARGEST_REFUSAL: u64 = 1 << 10;
/// An answer that has not begun by then makes the leader doubtful, and again after as long: some take a minute.
const DOUBTFUL_AFTER: Duration = Duration::from_secs(2);
/// What was sent to a leader that then lost its role gets so much time to be answered.
const LAST_ANSWER: Duration = Duration::from_secs(5);
/// Controllers that one request is sent to at most.
const ATTEMPTS: usize = 4;

/// Which controllers to follow.
#[derive(Debug)]
pub struct LeaderConfig {
    /// Their addresses; at least one.
    pub controllers: Vec<Endpoint>,
    /// `Authorization` of the watcher, for pings.
    pub credential: Option<HeaderValue>,
    /// Whose certificates to believe.
    pub trust: Trust,
}

/// What is known of the controllers. Cheap to clone.
#[derive(Clone)]
pub struct Controllers {
    finder: Finder,
}

impl Controllers {
    /// How each of them is, in the configured order.
    pub fn health(&self) -> Vec<ControllerStatus> {
        self.finder.health()
    }

    /// Whether one of them leads.
    pub fn has_leader(&self) -> bool {
        self.finder.found().is_some()
    }

    /// How often another one became the leader since they are followed.
    pub fn leader_changes(&self) -> u64 {
        self.finder.changes()
    }
}

#[derive(Clone)]
struct Follower {
    connections: Connections,
    finder: Finder,
    places: Places,
    clock: Arc<ServerClock>,
}

/// Follows the leader from now on.
///
/// # Errors
/// The certificates cannot be had.
pub fn upstream(config: LeaderConfig) -> Result<(Upstream, Controllers), TrustFault> {
    let tls = config.controllers.iter().any(Endpoint::is_secure);
    let connections = Connections::new(config.controllers, trust::connector(&config.trust, tls)?);
    let finder = Finder::start(connections.clone(), config.credential);
    let controllers = Controllers { finder: finder.clone() };
    let hints = finder.clone();
    let follower = Follower { connections, finder, places: Places::new(), clock: Arc::default() };
    let clock = follower.clock.clone();
    let service = tower::service_fn(move |request| {
        let follower = follower.clone();
        async move { follower.forward(request).await }
    });
    let upstream = Upstream::new(service, move || -> Changes {
        // A listener that lags has lost hints, which is a reason to read everything, not an end of the stream.
        let batches = BroadcastStream::new(hints.hints().subscribe());
        // Whoever was found before somebody listens is told first.
        let found = hints.found().map(|change| vec![change]);
        Box::pin(stream::iter(found).chain(batches.map(|batch| batch.unwrap_or_else(|_lagged| vec![Change::Missed]))))
    });
    let upstream = upstream.dated_by(clock);
    Ok((upstream, controllers))
}

/// What became of a request that was sent to one controller.
enum Sent {
    Answered(Response<Body>),
    /// The controller does not lead.
    NotLeading,
    /// The controller does not take connections.
    Refused(String),
    /// There was no connection, whoever is to blame.
    NotConnected(String),
    Lost(String),
    /// The client's body was not passed on to its end.
    NotTaken(ApiError),
}

impl Follower {
    async fn forward(&self, request: Request<Body>) -> Result<Response<Body>, UpstreamError> {
        let (parts, body) = request.into_parts();
        let concerns = parts.extensions.get::<Concerns>().cloned();
        let mut body = Sending::prepare(body, parts.extensions.get::<InMemory>().is_some()).await?;
        let mut place = self.place(&parts).await?;
        let is_read = parts.method.is_safe();
        let mut may_repeat = is_read;
        let mut failure = UpstreamError::NoLeader;
        for _ in 0..ATTEMPTS {
            let Some(leader) = self.finder.leader().await else { return Err(UpstreamError::NoLeader) };
            let Some(to_send) = body.take() else { return Err(failure) };
            failure = match self.send(leader, &parts, to_send, &mut place).await {
                Sent::Answered(response) if may_repeat && may_mean_standby(&parts, &response) => {
                    may_repeat = false;
                    self.finder.settle_doubt(leader).await;
                    if self.finder.is_leader(leader) {
                        return Ok(response);
                    }
                    UpstreamError::NoLeader
                }
                Sent::Answered(response) => {
                    if let Some(Concerns(key)) = concerns {
                        // Nobody may be listening.
                        let _ = self.finder.hints().send(vec![Change::Touched(key)]);
                    }
                    return Ok(response);
                }
                Sent::NotTaken(fault) => return Ok(refusal(parts.uri.path(), fault)),
                Sent::NotLeading => {
                    self.finder.lost(leader, Standing::Waits);
                    UpstreamError::NoLeader
                }
                Sent::Refused(why) => {
                    self.finder.lost(leader, Standing::Ill(why.clone()));
                    UpstreamError::NotSent(why)
                }
                Sent::NotConnected(why) => {
                    // The fault may be on this side.
                    self.finder.settle_doubt(leader).await;
                    UpstreamError::NotSent(why)
                }
                Sent::Lost(why) => {
                    let lost = UpstreamError::AnswerLost(why);
                    if !std::mem::take(&mut may_repeat) {
                        self.finder.doubt(leader);
                        if let Some(Concerns(key)) = concerns {
                            let _ = self.finder.hints().send(vec![Change::Touched(key)]);
                        }
                        return Err(lost);
                    }
                    // A dead leader may have left more connections than one.
                    self.finder.settle_doubt(leader).await;
                    lost
                }
            };
        }
        Err(failure)
    }

    /// A place among the requests of clients, for one that needs it.
    async fn place(&self, parts: &request::Parts) -> Result<Option<Place>, UpstreamError> {
        if parts.extensions.get::<OwnAccord>().is_some() {
            return Ok(None);
        }
        self.places.take(parts).await.map(Some).map_err(UpstreamError::Busy)
    }

    /// Sends a request to one controller. Its place is free once its answer has ended.
    async fn send(&self, leader: Leader, parts: &request::Parts, body: Body, place: &mut Option<Place>) -> Sent {
        let controller = &self.finder.controllers()[leader.index];
        let uri = match controller.locate(&parts.uri) {
            Ok(uri) => uri,
            Err(error) => return Sent::Answered(refusal(parts.uri.path(), ApiError::BadRequest(error.to_string()))),
        };
        let mut request = Request::new(body);
        *request.method_mut() = parts.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = parts.headers.clone();
        headers::to_leader(request.headers_mut(), controller);
        let sent = clock::wall();
        let mut response = match self.answer(leader, request, parts.method.is_safe()).await {
            Ok(response) => response,
            Err(sent) => return sent,
        };
        self.clock.measure(response.headers(), sent, clock::wall());
        let is_stream = response.body().size_hint().exact().is_none_or(|length| length > KEPT_ANSWER);
        if is_stream {
            response.body_mut().hold(place.take());
        }
        self.take(parts, response).await
    }

    /// Waits for the beginning of an answer, which may take a minute, unless the leader is lost meanwhile.
    async fn answer(
        &self,
        leader: Leader,
        request: Request<Body>,
        is_read: bool,
    ) -> Result<Response<AnswerBody>, Sent> {
        let mut answer = pin!(self.connections.send(leader.index, request));
        let mut deposed = pin!(async {
            loop {
                self.finder.left(leader).await;
                // The same one, found again, goes on with what it was asked.
                if is_read || timeout(LAST_ANSWER, self.finder.leads_again(leader)).await.is_err() {
                    return;
                }
            }
        });
        let mut doubtful = pin!(sleep(DOUBTFUL_AFTER));
        loop {
            tokio::select! {
                answered = answer.as_mut() => return answered.map_err(|error| unsent_or_lost(&error)),
                () = deposed.as_mut() => return Err(Sent::Lost("the leader was lost before it answered".to_owned())),
                () = doubtful.as_mut() => {
                    self.finder.doubt(leader);
                    doubtful.as_mut().reset(Instant::now() + DOUBTFUL_AFTER);
                }
            }
        }
    }

    /// Takes an answer in, as far as that decides whether it is one.
    async fn take(&self, parts: &request::Parts, response: Response<AnswerBody>) -> Sent {
        let (mut answer, body) = response.into_parts();
        let length = body.size_hint().exact();
        let may_be_refusal =
            answer.status == StatusCode::BAD_REQUEST && length.is_none_or(|length| length <= LARGEST_REFUSAL);
        let keep = parts.method.is_safe() && length.is_some_and(|length| length <= KEPT_ANSWER);
        let most = if keep { KEPT_ANSWER } else { LARGEST_REFUSAL };
        let body = if (keep || may_be_refusal) && !body.is_end_stream() {
            match Taken::of(body, most).await {
                Ok(Taken::Whole(whole)) if may_be_refusal && probe::is_refusal_of_standby(&whole) => {
                    return Sent::NotLeading;
                }
                Ok(Taken::Whole(whole)) => Body::from(whole),
                Ok(Taken::Begun(body)) => body,
                Err(error) => return Sent::Lost(format!("it broke off ({error})")),
            }
        } else {
            Body::new(body)
        };
        match headers::from_leader(answer.status, &mut answer.headers, self.finder.controllers()) {
            Ok(()) => Sent::Answered(Response::from_parts(answer, body)),
            Err(why) => {
                let sentence = format!("the answer of the cluster was not passed on: {why}");
                Sent::Answered(refusal(parts.uri.path(), ApiError::BadReply(sentence)))
            }
        }
    }
}

/// Whether an answer may be that of a controller that does not lead, which says so in a body that HEAD does not have.
fn may_mean_standby(parts: &request::Parts, response: &Response<Body>) -> bool {
    parts.method == Method::HEAD && response.status() == StatusCode::BAD_REQUEST
}

fn unsent_or_lost(failure: &Failure) -> Sent {
    match failure {
        Failure::Unsent(_) if causes(failure).any(is_refusal_to_connect) => Sent::Refused(reason(failure)),
        Failure::Unsent(_) => Sent::NotConnected(reason(failure)),
        Failure::Lost(_) if causes(failure).any(|cause| cause.is::<LengthLimitError>()) => {
            Sent::NotTaken(ApiError::TooLarge)
        }
        Failure::Lost(_) if causes(failure).any(|cause| cause.is::<BrokenRequest>()) => {
            Sent::NotTaken(BodyFault::Broken.into())
        }
        Failure::Lost(_) => Sent::Lost(reason(failure)),
    }
}

fn is_refusal_to_connect(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|cause| cause.kind() == io::ErrorKind::ConnectionRefused)
}

/// The innermost cause of a failed request, which is the one that people know.
fn reason(failure: &Failure) -> String {
    causes(failure).last().map_or_else(|| failure.to_string(), ToString::to_string)
}

fn causes<'a>(failure: &'a Failure) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(failure as &(dyn std::error::Error + 'static)), |error| error.source())
}
