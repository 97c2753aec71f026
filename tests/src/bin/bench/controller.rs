//! A controller that costs next to nothing, so that what stands before it is what is measured. It answers what the
//! dashboard reads of a leader (contract 2), accepts every operation, and counts what it is asked.

use anyhow::Result;
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, Response,
    body::{Bytes, Incoming},
    header::CONTENT_TYPE,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use model::{DroveEvent, EventType, TaskInfo, TaskKey, TaskState, Timestamp};
use serde_json::{Map, Value, json};
use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::net::TcpListener;

const EXECUTOR: &str = "00000000-0000-3000-8000-000000000001";
/// Events kept at most; the leader keeps an hour's.
const KEPT: usize = 40_000;

/// A running controller; it ends with the process.
#[derive(Clone)]
pub struct Controller {
    address: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// The answer to `/apis/v1/tasks`.
    tasks: Mutex<Bytes>,
    /// Newest last.
    events: Mutex<VecDeque<DroveEvent>>,
    asked: AtomicU64,
    accepted: AtomicU64,
}

impl Controller {
    /// Starts one that leads a cluster without executors, with these tasks active.
    pub async fn start(tasks: &[TaskInfo]) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(State { tasks: Mutex::new(success(&json!(tasks))), ..State::default() });
        let served = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = served.clone();
                let service = service_fn(move |request| answer(state.clone(), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Ok(Self { address, state })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The configuration of a dashboard in front of it.
    pub fn cluster(&self) -> String {
        format!(
            "[[clusters]]\nname = \"bench\"\ncontrollers = [\"{}\"]\nusername = \"watcher\"\npassword = \"watcher\"\n",
            self.address
        )
    }

    /// Requests answered so far.
    pub fn asked(&self) -> u64 {
        self.state.asked.load(Ordering::Relaxed)
    }

    /// Operations accepted so far.
    pub fn accepted(&self) -> u64 {
        self.state.accepted.load(Ordering::Relaxed)
    }

    /// A task comes into a state now.
    pub fn raise(&self, number: u64, key: &TaskKey, state: TaskState) {
        let mut events = lock(&self.state.events);
        if events.len() == KEPT {
            events.pop_front();
        }
        events.push_back(event(number, key, state));
    }
}

/// The record of a task that runs.
pub fn running(key: &TaskKey) -> Result<TaskInfo> {
    let now = now();
    Ok(serde_json::from_value(json!({
        "sourceAppName": key.app, "taskId": key.id, "instanceId": format!("TI-{}", key.id), "executorId": EXECUTOR,
        "hostname": "exec-1", "state": "RUNNING", "created": now, "updated": now,
        "executable": {"type": "DOCKER", "url": "ghcr.io/appform-io/test-task", "dockerPullTimeout": "100 seconds"},
        "resources": [{"type": "CPU", "cores": {"0": [2]}}, {"type": "MEMORY", "memoryInMB": {"0": 128}}],
    }))?)
}

/// Milliseconds since 1970.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn event(number: u64, key: &TaskKey, state: TaskState) -> DroveEvent {
    let facts = [
        ("APP_NAME", json!(key.app)),
        ("TASK_ID", json!(key.id)),
        ("INSTANCE_ID", json!(format!("TI-{}", key.id))),
        ("EXECUTOR_ID", json!(EXECUTOR)),
        ("EXECUTOR_HOST", json!("exec-1")),
        ("CURRENT_STATE", json!(state)),
    ];
    let metadata: Map<String, Value> = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    DroveEvent { metadata, kind: EventType::TaskStateChange, id: format!("event-{number}"), time: now() }
}

async fn answer(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    state.asked.fetch_add(1, Ordering::Relaxed);
    let (head, body) = request.into_parts();
    // A request that breaks off has nobody to answer.
    let _ = body.collect().await;
    let path = head.uri.path();
    let body = match (&head.method, path) {
        (&Method::POST, "/apis/v1/tasks/operations") => {
            state.accepted.fetch_add(1, Ordering::Relaxed);
            success(&json!({ "taskId": "accepted" }))
        }
        (_, "/apis/v1/ping") => success(&json!("pong")),
        (_, "/apis/v1/tasks") => lock(&state.tasks).clone(),
        (_, "/apis/v1/cluster/executors") => success(&json!([])),
        (_, "/apis/v1/cluster/events/latest") => latest(&state, head.uri.query().unwrap_or_default()),
        (_, "/apis/v1/cluster") => success(&json!({ "leader": "ctl-1:4000", "state": "NORMAL" })),
        _ => Bytes::from_static(br#"{"status":"FAILED","message":"Nothing of that name exists"}"#),
    };
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
    Ok(response)
}

/// Newest first, at most `size` of those that are not older than `lastSyncTime` (contract 2.8).
fn latest(state: &State, query: &str) -> Bytes {
    let number = |name: &str| {
        let pair = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        pair.and_then(|text| text.parse::<i64>().ok()).unwrap_or(0)
    };
    let (since, size) = (number("lastSyncTime"), usize::try_from(number("size")).unwrap_or(0));
    let events = lock(&state.events);
    let newest = events.back().map_or(since, |event| event.time.millis());
    let wanted: Vec<&DroveEvent> =
        events.iter().rev().take_while(|event| event.time.millis() >= since).take(size).collect();
    success(&json!({ "events": wanted, "lastSyncTime": newest }))
}

fn success(data: &Value) -> Bytes {
    Bytes::from(json!({ "status": "SUCCESS", "data": data, "message": "success" }).to_string())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
