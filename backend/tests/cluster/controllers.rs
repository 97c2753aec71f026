//! One controller: a socket, and what it does with requests.

use axum::{
    Router,
    body::{Body, Bytes},
};
use backend::clock;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::BodyExt;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use model::Timestamp;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::watch,
    task::{JoinHandle, JoinSet},
};
use tower::ServiceExt;

/// What a controller is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It leads.
    Leads,
    /// It answers that it does not.
    Waits,
    /// It takes requests and answers none.
    Hangs,
}

/// What happens to one request, ping excepted.
#[derive(Clone, Debug)]
pub enum Trick {
    /// It is carried out, and the connection closed before the answer.
    LosesAnswer,
    /// The connection is closed before it is carried out.
    LosesRequest,
    /// It is carried out, and the answer breaks off in the middle.
    HalfAnswers,
    /// It is answered with this status and text, in chunks.
    Chunks(u16, &'static str),
    /// It is redirected there.
    Redirects(&'static str),
    /// It is never answered.
    Hangs,
    /// It is carried out after so long.
    Waits(Duration),
    /// It is answered with this, whatever it was.
    Answers(u16, &'static str, &'static str),
}

/// One request that reached a controller, ping excepted.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// What the controller was then.
    pub mode: Mode,
}

pub struct Controller {
    address: SocketAddr,
    state: Arc<State>,
    serving: Mutex<Option<JoinHandle<()>>>,
}

struct State {
    api: Router,
    mode: Mutex<Mode>,
    elected: Mutex<Timestamp>,
    /// By path.
    tricks: Mutex<BTreeMap<String, VecDeque<Trick>>>,
    arrivals: Mutex<Vec<Arrival>>,
    arrived: watch::Sender<usize>,
    pings: AtomicUsize,
}

impl Controller {
    pub async fn start(api: Router) -> Self {
        let state = Arc::new(State {
            api,
            mode: Mutex::new(Mode::Waits),
            elected: Mutex::new(Timestamp(0)),
            tricks: Mutex::default(),
            arrivals: Mutex::default(),
            arrived: watch::Sender::new(0),
            pings: AtomicUsize::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(serve(listener, state.clone()));
        Self { address, state, serving: Mutex::new(Some(serving)) }
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn mode(&self) -> Mode {
        *self.state.mode.lock().unwrap()
    }

    pub fn set(&self, mode: Mode) {
        *self.state.mode.lock().unwrap() = mode;
    }

    /// It leads, and its events begin now.
    pub fn elect(&self) {
        *self.state.elected.lock().unwrap() = clock::wall();
        self.set(Mode::Leads);
    }

    /// The next request for a path meets this.
    pub fn trick_for(&self, path: &str, trick: Trick) {
        self.state.tricks.lock().unwrap().entry(path.to_owned()).or_default().push_back(trick);
    }

    pub fn arrivals(&self) -> Vec<Arrival> {
        self.state.arrivals.lock().unwrap().clone()
    }

    /// How many pings have arrived.
    pub fn pings(&self) -> usize {
        self.state.pings.load(Ordering::Relaxed)
    }

    /// How many requests for a path have arrived.
    pub fn count(&self, path: &str) -> usize {
        self.state.arrivals.lock().unwrap().iter().filter(|arrival| arrival.uri.path() == path).count()
    }

    /// Returns once more than `count` requests for a path have arrived.
    pub async fn arrived_beyond(&self, path: &str, count: usize) {
        self.state.arrived.subscribe().wait_for(|_| self.count(path) > count).await.unwrap();
    }

    /// Its process dies: connections break, new ones are refused.
    pub async fn kill(&self) {
        self.set(Mode::Waits);
        let serving = self.serving.lock().unwrap().take();
        if let Some(serving) = serving {
            serving.abort();
            // Over once the listener is closed.
            drop(serving.await);
        }
    }

    /// It is back, and waits.
    pub async fn revive(&self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        let serving = tokio::spawn(serve(listener, self.state.clone()));
        *self.serving.lock().unwrap() = Some(serving);
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        if let Some(serving) = self.serving.lock().unwrap().take() {
            serving.abort();
        }
    }
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    // Ends with its connections when it is aborted.
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let state = state.clone();
        connections.spawn(async move {
            let service = service_fn(move |request| answer(state.clone(), request));
            // Broken connections are part of the tests.
            drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

async fn answer(state: Arc<State>, request: Request<Incoming>) -> io::Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let mode = *state.mode.lock().unwrap();
    let is_ping = parts.uri.path() == "/apis/v1/ping";
    if is_ping {
        state.pings.fetch_add(1, Ordering::Relaxed);
    } else {
        let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
        state.arrivals.lock().unwrap().push(Arrival { method, uri, headers, body: body.clone(), mode });
        state.arrived.send_modify(|arrived| *arrived += 1);
    }
    let closed = || Err(io::Error::other("told to"));
    match mode {
        Mode::Hangs => std::future::pending().await,
        Mode::Waits => {
            let refusal = json!({"status": "FAILED", "message": "This node is not the leader controller"}).to_string();
            let mut response = Response::new(Body::from(refusal));
            *response.status_mut() = StatusCode::BAD_REQUEST;
            response.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
            return Ok(response);
        }
        Mode::Leads => {}
    }
    let trick = state.tricks.lock().unwrap().get_mut(parts.uri.path()).and_then(VecDeque::pop_front);
    if let Some(Trick::LosesRequest) = trick {
        return closed();
    }
    if let Some(Trick::Waits(time)) = trick {
        tokio::time::sleep(time).await;
    }
    if let Some(Trick::Hangs) = trick {
        std::future::pending::<()>().await;
    }
    if let Some(Trick::Answers(status, kind, text)) = trick {
        let response = Response::builder().status(status).header(header::CONTENT_TYPE, kind);
        return Ok(response.body(Body::from(text)).unwrap());
    }
    if let Some(Trick::Chunks(status, text)) = trick {
        let chunks = text.as_bytes().chunks(1 << 10).map(Ok::<_, io::Error>);
        let response = Response::builder().status(status).header(header::CONTENT_TYPE, "application/json");
        return Ok(response.body(Body::from_stream(stream::iter(chunks))).unwrap());
    }
    if let Some(Trick::Redirects(there)) = trick {
        let response = Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, there);
        return Ok(response.body(Body::empty()).unwrap());
    }
    let is_events = parts.uri.path().ends_with("/events/latest");
    let response = state.api.clone().oneshot(Request::from_parts(parts, Body::from(body))).await.unwrap();
    match trick {
        Some(Trick::LosesAnswer) => closed(),
        Some(Trick::HalfAnswers) => Ok(half(response).await),
        _ if is_events => {
            let elected = *state.elected.lock().unwrap();
            Ok(since_election(response, elected).await)
        }
        _ => Ok(response),
    }
}

/// The same answer, with all of its headers and half of its body.
async fn half(response: Response<Body>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let whole = body.collect().await.unwrap().to_bytes();
    parts.headers.insert(header::CONTENT_LENGTH, whole.len().into());
    let first = stream::iter([Ok(whole.slice(..whole.len() / 2))]);
    let rest = stream::once(async {
        // The first half is on its way before the connection ends.
        tokio::task::yield_now().await;
        Err(io::Error::other("told to"))
    });
    Response::from_parts(parts, Body::from_stream(first.chain(rest)))
}

/// What a leader knows of events: those since it leads (contract 5.10).
async fn since_election(response: Response<Body>, elected: Timestamp) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    let whole = body.collect().await.unwrap().to_bytes();
    let Ok(mut answer) = serde_json::from_slice::<Value>(&whole) else {
        return Response::from_parts(parts, Body::from(whole));
    };
    if let Some(events) = answer["data"]["events"].as_array_mut() {
        events.retain(|event| event["time"].as_i64().is_some_and(|time| time > elected.millis()));
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(answer.to_string()))
}
