//! The embedded cluster with the machines, options and users of the recorded one, its clock standing still.

use super::{door::Door, recording};
use axum::body::Body;
use backend::{
    config::DemoUser,
    drove_api::{self, DroveApi},
    runtime::{EmbeddedCluster, StatedWorld, WorldSettings},
    session::users::Users,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use controller::{
    Behaviour, ControllerNode, Ending, Machine, NumaNode, Options, OutputLine, Pull, PullOutcome, RunPlan, Script,
    StartOutcome, WorldConfig,
};
use flate2::read::GzDecoder;
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use model::{TaskKey, UserRole};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// Id of the executor without tags, on port 3000.
pub const UNTAGGED: &str = "93b6b6f3-c7c8-3824-afc9-cb6d0b32454c";
/// Id of the executor tagged `gpu`, on port 3010.
pub const TAGGED: &str = "b489f44d-6cf3-369c-a065-fae7b421f629";

pub struct World {
    pub cluster: EmbeddedCluster,
    door: Door,
    /// Outlives restarts of the cluster.
    pub dir: Arc<TempDir>,
    behaviours: BTreeMap<TaskKey, Behaviour>,
}

/// An answer with its body read.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.plain()).unwrap_or(Value::Null)
    }

    /// The body as the server meant it.
    pub fn plain(&self) -> Vec<u8> {
        if self.headers.get(header::CONTENT_ENCODING).is_none_or(|encoding| encoding != "gzip") {
            return self.body.clone();
        }
        let mut plain = Vec::new();
        GzDecoder::new(&self.body[..]).read_to_end(&mut plain).unwrap();
        plain
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// `data.validationErrors` as a set.
    pub fn entries(&self) -> BTreeSet<String> {
        entries(&self.json())
    }
}

pub fn entries(envelope: &Value) -> BTreeSet<String> {
    let list = envelope["data"]["validationErrors"].as_array().cloned().unwrap_or_default();
    list.iter().filter_map(|entry| Some(entry.as_str()?.to_owned())).collect()
}

impl World {
    /// The cluster as recorded, old enough to take operations, with these containers' behaviour.
    pub async fn recorded(behaviours: impl IntoIterator<Item = (TaskKey, Behaviour)>) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        Self::in_folder(dir, behaviours.into_iter().collect()).await
    }

    /// Another process on the same folder.
    pub async fn again(&self) -> Self {
        Self::in_folder(Arc::clone(&self.dir), self.behaviours.clone()).await
    }

    async fn in_folder(dir: Arc<TempDir>, behaviours: BTreeMap<TaskKey, Behaviour>) -> Self {
        let settings = WorldSettings {
            dir: dir.path().to_owned(),
            scenario: Some("empty".into()),
            seed: Some(1),
            options: options(),
            reset: false,
        };
        let stated =
            StatedWorld { machines: machines(behaviours.clone()), head_start: Duration::from_secs(120), paused: true };
        let cluster = EmbeddedCluster::start_stated(&settings, &stated).await.unwrap();
        let users = Arc::new(Users::new(&users(), [7; 32]));
        let door = Door::open(drove_api::router(DroveApi { cluster: cluster.clone(), users })).await;
        Self { cluster, door, dir, behaviours }
    }

    /// Lets so much time pass.
    pub async fn step(&self, span: Duration) {
        self.cluster.clock_step(span).await.unwrap();
    }

    /// Sends a request as the recorder did.
    pub async fn send(&self, request: &recording::Request) -> Answer {
        self.answer(to_http(request)).await
    }

    /// Sends a request whose answer takes its time.
    pub fn send_aside(&self, request: &recording::Request) -> JoinHandle<Answer> {
        tokio::spawn(answer(self.door.clone(), to_http(request)))
    }

    /// Sends any request.
    pub async fn answer(&self, request: http::Request<Body>) -> Answer {
        answer(self.door.clone(), request).await
    }

    /// Reads as admin.
    pub async fn get(&self, path: &str) -> Answer {
        let request = http::Request::get(path).header(header::AUTHORIZATION, basic("admin", "admin"));
        self.answer(request.body(Body::empty()).unwrap()).await
    }

    /// Posts JSON as admin.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        let bytes = serde_json::to_vec(body).unwrap();
        let request = http::Request::post(path)
            .header(header::AUTHORIZATION, basic("admin", "admin"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_LENGTH, bytes.len());
        self.answer(request.body(Body::from(bytes)).unwrap()).await
    }

    /// Creates a task of one core, which must be accepted.
    pub async fn create(&self, id: &str, memory_mb: i64, policy: Value) {
        let answer = self.post("/apis/v1/tasks/operations", &create(id, memory_mb, policy)).await;
        assert_eq!(answer.status, 200, "{id}: {}", answer.json());
    }

    /// The state of a task of REC.
    pub async fn state(&self, id: &str) -> String {
        let body = self.get(&format!("/apis/v1/tasks/REC/instances/{id}")).await.json();
        body["data"]["state"].as_str().unwrap_or("none").to_owned()
    }

    /// Lets time pass in small steps until `holds`, for a minute at most.
    pub async fn until<F: Future<Output = bool>>(&self, what: &str, holds: impl Fn() -> F) {
        for _ in 0..1200 {
            if holds().await {
                return;
            }
            self.step(Duration::from_millis(50)).await;
        }
        panic!("{what}: not within a minute of the cluster's time");
    }
}

fn to_http(request: &recording::Request) -> http::Request<Body> {
    let bytes = request.bytes();
    let mut builder = http::Request::builder()
        .method(request.method.as_str())
        .uri(&request.path)
        .header(header::HOST, "127.0.0.1:10000");
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    if let Some(user) = &request.user {
        let password = request.password.as_deref().unwrap_or(user);
        builder = builder.header(header::AUTHORIZATION, basic(user, password));
    }
    if let Some(bytes) = &bytes {
        builder = builder.header(header::CONTENT_LENGTH, bytes.len());
    }
    builder.body(Body::from(bytes.unwrap_or_default())).unwrap()
}

async fn answer(door: Door, request: http::Request<Body>) -> Answer {
    let (parts, body) = door.send(request).await.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

pub fn create(id: &str, memory_mb: i64, policy: Value) -> Value {
    json!({
        "type": "CREATE",
        "spec": {
            "sourceAppName": "REC",
            "taskId": id,
            "executable": { "type": "DOCKER", "url": "127.0.0.1:5000/busybox:1", "dockerPullTimeout": "100 seconds" },
            "resources": [{ "type": "CPU", "count": 1 }, { "type": "MEMORY", "sizeInMB": memory_mb }],
            "placementPolicy": policy,
        },
        "opSpec": { "timeout": "5m", "parallelism": 1, "failureStrategy": "STOP" },
    })
}

pub fn kill(id: &str) -> Value {
    json!({
        "type": "KILL", "sourceAppName": "REC", "taskId": id,
        "opSpec": { "timeout": "5m", "parallelism": 1, "failureStrategy": "STOP" },
    })
}

pub fn any() -> Value {
    json!({ "type": "ANY" })
}

pub fn gpu() -> Value {
    json!({ "type": "MATCH_TAG", "tag": "gpu" })
}

pub fn key(id: &str) -> TaskKey {
    TaskKey::new("REC", id)
}

/// A container of a cached image that starts in 100 ms, writes these lines at these milliseconds, and ends, if it does.
pub fn container(lines: Vec<(u64, OutputLine)>, ends_after_ms: Option<u64>) -> Behaviour {
    Behaviour {
        pull: Pull { millis: 10, layers: 0, outcome: PullOutcome::Pulled },
        start: StartOutcome::Starts { millis: 100 },
        run: RunPlan {
            script: if lines.is_empty() { Script::Quiet } else { Script::Says(lines) },
            ending: ends_after_ms.map(|millis| Ending { millis, code: 0, oom_killed: false }),
        },
    }
}

/// A container that runs until it is killed.
pub fn lasting() -> Behaviour {
    container(Vec::new(), None)
}

/// A task that stays PROVISIONING.
pub fn pulling() -> Behaviour {
    Behaviour { pull: Pull { millis: 90_000, layers: 0, outcome: PullOutcome::Pulled }, ..lasting() }
}

fn users() -> Vec<DemoUser> {
    let user = |name: &str, role| DemoUser { name: name.into(), password: name.into(), role };
    vec![
        user("admin", Some(UserRole::Root)),
        user("writer", Some(UserRole::ReadWrite)),
        user("guest", Some(UserRole::ReadOnly)),
        user("maint", Some(UserRole::Maintenance)),
        user("norole", None),
    ]
}

fn options() -> Options {
    let text = json!({ "staleCheckInterval": "1m", "clusterOpParallelism": 4, "allowedMountDirs": ["/tmp"] });
    serde_json::from_value(text).unwrap()
}

fn machines(behaviours: BTreeMap<TaskKey, Behaviour>) -> WorldConfig {
    let node = |cores: &[u32], memory_mb| NumaNode { cores: cores.iter().copied().collect(), memory_mb };
    let machine = |port, tags: &[&str], numa: Vec<NumaNode>| Machine {
        hostname: "localhost".into(),
        port,
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        numa: (0..).zip(numa).collect(),
    };
    WorldConfig {
        seed: 0,
        options: options(),
        controllers: [10_000, 10_010].map(|port| ControllerNode { hostname: "localhost".into(), port }).into(),
        executors: vec![
            machine(3000, &[], vec![node(&[0], 6000), node(&[1], 6000)]),
            machine(3010, &["gpu"], vec![node(&[0, 1], 4000)]),
        ],
        behaviours,
    }
}

/// A container that ends at once with this exit code.
pub fn failing(code: i64) -> Behaviour {
    let mut behaviour = container(Vec::new(), Some(50));
    behaviour.run.ending = Some(Ending { millis: 50, code, oom_killed: false });
    behaviour
}
