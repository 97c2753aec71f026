//! Bodies go on as they come, in both directions, and an answer may take its time.

use super::dashboard::{Dashboard, JSON, eventually, get, request};
use axum::body::{Body, Bytes};
use backend::{
    config::ClusterConfig,
    drove_client::{DroveClient, Identity},
    peer::SentFor,
    upstream::{
        Upstream,
        leader::{self, Controllers, LeaderConfig},
        trust::Trust,
    },
};
use futures_util::{FutureExt, StreamExt};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use model::dashboard::{ClusterList, ControllerHealth};
use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
};
use tokio_stream::wrappers::ReceiverStream;

/// Longer than a leader goes undoubted over an answer.
const SLOW: Duration = Duration::from_secs(3);

/// A controller that leads, sends back what it gets while it gets it, and takes its time below `/slow`; how often it was
/// asked how it is.
async fn controller() -> (String, Arc<AtomicUsize>) {
    let pings = Arc::new(AtomicUsize::new(0));
    let counted = pings.clone();
    (serving(move |request| answer(request, counted.clone())).await, pings)
}

/// Serves, and tells where.
async fn serving<F>(answer: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static) -> String
where
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let answer = answer.clone();
            let service = service_fn(move |request| answer(request).map(Ok::<_, Infallible>));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

async fn answer(request: Request<Incoming>, pings: Arc<AtomicUsize>) -> Response<Body> {
    let path = request.uri().path();
    if path.ends_with("/echo") {
        return Response::new(Body::new(request.into_body()));
    }
    match path.ends_with("/ping") {
        true => drop(pings.fetch_add(1, Ordering::Relaxed)),
        false if path.ends_with("/slow") => tokio::time::sleep(SLOW).await,
        false => {}
    }
    pong()
}

fn pong() -> Response<Body> {
    let response = Response::builder().header("content-type", "application/json");
    response.body(Body::from(r#"{"status":"SUCCESS","data":"pong","message":"success"}"#)).unwrap()
}

async fn in_front_of(address: &str) -> Dashboard {
    let config = ClusterConfig {
        name: "prod".to_owned(),
        label: "prod".to_owned(),
        colour: None,
        controllers: vec![address.parse().unwrap()],
        account: None,
        delegate: None,
        trust: Trust::default(),
    };
    let dashboard = Dashboard::of(vec![config], None).await;
    dashboard.led().await;
    dashboard
}

#[tokio::test]
async fn the_first_bytes_pass_before_the_last_are_sent() {
    let (address, _) = controller().await;
    let dashboard = in_front_of(&address).await;
    let (sender, receiver) = mpsc::channel::<Result<Bytes, Infallible>>(1);
    let body = Body::from_stream(ReceiverStream::new(receiver));
    let asked = dashboard.send(request(Method::POST, "/apis/v1/localservices/echo", &[JSON], body));
    let (response, sent) = tokio::join!(asked, sender.send(Ok(Bytes::from_static(b"first"))));
    sent.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let mut answer = response.into_body().into_data_stream();
    assert_eq!(answer.next().await.unwrap().unwrap(), "first");
    sender.send(Ok(Bytes::from_static(b"last"))).await.unwrap();
    assert_eq!(answer.next().await.unwrap().unwrap(), "last");
    drop(sender);
    assert!(answer.next().await.is_none());
}

#[tokio::test]
async fn a_slow_answer_is_waited_for_while_the_leader_says_that_it_leads() {
    let (address, pings) = controller().await;
    let dashboard = in_front_of(&address).await;
    let before = pings.load(Ordering::Relaxed);
    for method in [Method::GET, Method::POST] {
        let response = dashboard.send(request(method, "/apis/v1/cluster/slow", &[JSON], "")).await;
        assert_eq!(response.status(), StatusCode::OK);
    }
    assert!(pings.load(Ordering::Relaxed) > before, "it was asked whether it still leads");
    assert_eq!(dashboard.send(get("/apis/v1/ping", &[])).await.status(), StatusCode::OK);
}

/// An upstream with no dashboard before it.
fn following(address: &str) -> (Upstream, Controllers) {
    let controllers = vec![address.parse().unwrap()];
    leader::upstream(LeaderConfig { controllers, credential: None, trust: Trust::default() }).unwrap()
}

/// So many more are sent than there are places.
const MORE: usize = 40;

/// Sends requests of one kind for several users, and returns their answers.
fn send_all(
    upstream: &Upstream,
    method: &Method,
    path: &'static str,
    senders: impl Iterator<Item = String>,
) -> Vec<tokio::task::JoinHandle<bool>> {
    let send = |sender: String| {
        let (upstream, mut request) = (upstream.clone(), request(method.clone(), path, &[], Body::empty()));
        request.extensions_mut().insert(SentFor(sender));
        tokio::spawn(async move { upstream.call(request).await.is_ok() })
    };
    senders.map(send).collect()
}

#[tokio::test]
async fn a_sender_has_its_share_and_operations_have_places_that_reads_never_take() {
    let held = Held::default();
    let address = held.controller().await;
    let (upstream, _controllers) = following(&address);
    let (reads, path) = (Method::GET, "/apis/v1/cluster");
    let mut asked = send_all(&upstream, &reads, path, (0..leader::OF_ONE + MORE).map(|_| "greedy".to_owned()));
    eventually("one sender's share", async || (held.now() == leader::OF_ONE).then_some(())).await;

    asked.extend(send_all(&upstream, &reads, path, (0..leader::READS + MORE).map(|n| format!("reader-{}", n % 9))));
    eventually("all places of reads", async || (held.now() == leader::READS).then_some(())).await;

    let operations = "/apis/v1/tasks/operations";
    let writers = (0..leader::CLIENTS - leader::READS + MORE).map(|n| format!("writer-{}", n % 9));
    asked.extend(send_all(&upstream, &Method::POST, operations, writers));
    eventually("all places", async || (held.now() == leader::CLIENTS).then_some(())).await;
    let client = DroveClient::new(upstream.clone(), Identity::Nobody);
    client.of_own_accord(Identity::Nobody).ping().await.expect("the watcher waits for no place");

    held.release();
    for answer in asked {
        assert!(answer.await.unwrap());
    }
    assert_eq!(held.most(), leader::CLIENTS);
}

#[tokio::test]
async fn a_leader_whose_clock_is_off_is_reported() {
    let address = serving(async |_| {
        let mut response = pong();
        response.headers_mut().insert(header::DATE, HeaderValue::from_static("Sun, 01 Nov 2020 00:00:00 GMT"));
        response
    })
    .await;
    let dashboard = in_front_of(&address).await;
    let ahead = eventually("the clock", async || {
        let list: ClusterList = dashboard.read("/api/clusters").await;
        list.clusters[0].status.as_ref()?.clock_ahead_ms
    })
    .await;
    assert!(ahead < -5 * 365 * 86_400_000, "{ahead}");
}

#[tokio::test]
async fn an_operation_on_its_way_is_answered_by_a_leader_that_was_lost_and_found_again() {
    let held = Held::default();
    let address = held.controller().await;
    let (upstream, controllers) = following(&address);
    let leads = |leads: bool| {
        let controllers = controllers.clone();
        async move || ((controllers.health()[0].health == ControllerHealth::Leader) == leads).then_some(())
    };
    eventually("the leader", leads(true)).await;
    let blacklisting = request(Method::POST, "/apis/v1/cluster/executors/blacklist", &[], Body::empty());
    let sent = tokio::spawn(async move { upstream.call(blacklisting).await.unwrap().status() });
    eventually("the operation", async || (held.now() == 1).then_some(())).await;
    held.silent.send_replace(true);
    eventually("the leader to be lost", leads(false)).await;
    held.silent.send_replace(false);
    eventually("the leader to be found again", leads(true)).await;
    // Longer than what a leader gets that was not found again.
    tokio::time::sleep(Duration::from_secs(6)).await;
    held.release();
    assert_eq!(sent.await.unwrap(), StatusCode::OK);
    assert_eq!(held.most(), 1, "it was sent once");
}

/// Requests that a controller holds back, but for pings.
#[derive(Clone, Default)]
struct Held {
    /// Pings are not answered either.
    silent: watch::Sender<bool>,
    now: watch::Sender<usize>,
    most: Arc<AtomicUsize>,
    released: watch::Sender<bool>,
}

impl Held {
    async fn controller(&self) -> String {
        let held = self.clone();
        serving(move |request| {
            let held = held.clone();
            async move {
                if request.uri().path().ends_with("/ping") {
                    held.silent.subscribe().wait_for(|silent| !silent).await.unwrap();
                } else {
                    held.now.send_modify(|now| *now += 1);
                    held.most.fetch_max(held.now(), Ordering::Relaxed);
                    held.released.subscribe().wait_for(|released| *released).await.unwrap();
                    held.now.send_modify(|now| *now -= 1);
                }
                pong()
            }
        })
        .await
    }

    fn now(&self) -> usize {
        *self.now.borrow()
    }

    fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    fn release(&self) {
        self.released.send_replace(true);
    }
}
