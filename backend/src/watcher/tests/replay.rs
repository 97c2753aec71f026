//! A recorded cluster, played back: the same questions at the same times get the answers that a real leader gave.

use crate::{
    clock::{Clock, ClockSetting},
    drove_client::{DroveClient, Identity},
    ledger::{Answer, Intent, Ledger, LedgerConfig, Operation, Place},
    upstream::{Change, Changes, Upstream, UpstreamError},
    watcher::{ClusterPicture, WatcherConfig, round::Round},
};
use axum::body::Body;
use futures_util::stream;
use http::{Request, Response};
use model::{
    DroveEvent, TaskInfo, TaskKey, TaskOperation, Timestamp,
    dashboard::{AnswerKind, Door, TaskDetail},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::sync::watch;

const WORLD: &str = "recorded";
/// What the watcher of a real cluster does at least so often.
const STEP: i64 = 500;

/// The recorded side.
pub struct Recording {
    /// When it began, by the cluster's clock.
    pub began: i64,
    length: i64,
    /// Path → answers with the times from which they were given.
    answers: BTreeMap<String, Vec<(i64, Value)>>,
    /// Events with the times from which they were visible.
    events: Vec<(i64, DroveEvent)>,
    operations: Vec<(i64, Value, u16, Value)>,
    /// Set to answer nothing.
    pub silent: Mutex<bool>,
    /// Requests of this path get no answer.
    pub hanging: Mutex<Option<&'static str>>,
    /// Path → requests.
    pub asked: Mutex<BTreeMap<String, usize>>,
    /// Events from before this moment are forgotten: another controller leads.
    pub led_since: AtomicI64,
}

impl Recording {
    /// One made by hand: data of the answers to GETs, each with the time from which it is given.
    pub fn made(answers: Vec<(&str, i64, Value)>) -> Self {
        let mut this = Self::load(&[]);
        this.began = 1_800_000_000_000;
        for (path, at, data) in answers {
            let body = json!({"status": "SUCCESS", "data": data, "message": "success"});
            this.answers.entry(path.to_owned()).or_default().push((at, body));
        }
        this
    }

    /// An answer without an envelope.
    #[must_use]
    pub fn with_plain(mut self, path: &str, body: Value) -> Self {
        self.answers.entry(path.to_owned()).or_default().push((0, body));
        self
    }

    /// An event at a time; call in order.
    #[must_use]
    pub fn with_event(mut self, at: i64, kind: &str, metadata: Value) -> Self {
        let event = json!({"type": kind, "id": format!("e-{at}"), "time": self.began + at, "metadata": metadata});
        self.events.push((at, serde_json::from_value(event).unwrap()));
        self
    }

    /// Several recordings of one cluster, one after the other; those after the first begin `later` milliseconds later.
    pub fn load(names: &[(&str, i64)]) -> Self {
        let mut this = Self {
            began: 0,
            length: 0,
            answers: BTreeMap::new(),
            events: Vec::new(),
            operations: Vec::new(),
            silent: Mutex::new(false),
            hanging: Mutex::default(),
            asked: Mutex::default(),
            led_since: AtomicI64::new(0),
        };
        for (name, later) in names {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/recordings/{name}.json"));
            let entries: Vec<Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
            for entry in entries {
                this.add(&entry, *later);
            }
        }
        this
    }

    fn add(&mut self, entry: &Value, later: i64) {
        let at = entry["at_ms"].as_i64().unwrap() + later;
        self.length = self.length.max(at);
        let (Some(path), body) = (entry["request"]["path"].as_str(), &entry["response"]["body"]) else { return };
        let (route, query) = path.split_once('?').unwrap_or((path, ""));
        if entry["request"]["method"] == "POST" && route.ends_with("/operations") {
            let status = u16::try_from(entry["response"]["status"].as_u64().unwrap()).unwrap();
            self.operations.push((at, entry["request"]["body"].clone(), status, body.clone()));
        } else if entry["response"]["status"] != 200 {
            // Of a controller that does not lead, or of nobody.
        } else if route.ends_with("/events/latest") {
            if self.began == 0 {
                let asked = query.strip_prefix("lastSyncTime=").map(|asked| asked.parse().unwrap());
                // Asked for all of them, right after the newest was raised.
                self.began = asked.or(body["data"]["lastSyncTime"].as_i64()).unwrap() - at;
            }
            for event in body["data"]["events"].as_array().unwrap() {
                let event: DroveEvent = serde_json::from_value(event.clone()).unwrap();
                if !self.events.iter().any(|(_, known)| known.id == event.id) {
                    self.events.push((at, event));
                }
            }
        } else if entry["request"]["method"] == "GET" {
            self.answers.entry(route.to_owned()).or_default().push((at, body.clone()));
        }
    }

    fn answer(&self, path: &str, query: &str, now: i64) -> Value {
        if path.ends_with("/events/latest") {
            let led_since = self.led_since.load(Ordering::Relaxed);
            let since = query.split('&').find_map(|pair| pair.strip_prefix("lastSyncTime=")).unwrap().parse().unwrap();
            let mut visible: Vec<&DroveEvent> =
                self.events.iter().filter(|(at, _)| *at <= now && *at >= led_since).map(|(_, event)| event).collect();
            visible.sort_by_key(|event| std::cmp::Reverse(event.time));
            let last = visible.first().map_or(Timestamp(since), |event| event.time);
            visible.retain(|event| event.time > Timestamp(since));
            return json!({"status": "SUCCESS", "data": {"events": visible, "lastSyncTime": last}});
        }
        let given = self.answers.get(path).and_then(|given| given.iter().rev().find(|(at, _)| *at <= now));
        match given {
            Some((_, body)) => body.clone(),
            None if path.ends_with("/tasks") || path.ends_with("/executors") => {
                json!({"status": "SUCCESS", "data": []})
            }
            None => json!({"status": "FAILED", "message": "nothing recorded"}),
        }
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().get(path).copied().unwrap_or_default()
    }

    /// The last record of each task that was looked up.
    pub fn last_records(&self) -> Vec<TaskInfo> {
        let look_ups = self.answers.iter().filter(|(path, _)| path.contains("/instances/"));
        look_ups.filter_map(|(_, given)| serde_json::from_value(given.last()?.1["data"].clone()).ok()).collect()
    }
}

/// A watcher of a recording, whose rounds the test calls.
pub struct Watched {
    pub recording: Arc<Recording>,
    pub ledger: Ledger,
    pub requests: Arc<AtomicUsize>,
    pub picture: watch::Receiver<Arc<ClusterPicture>>,
    position: Arc<AtomicI64>,
    clock: Clock,
    pub round: Round,
    operations: Vec<(i64, Value, u16, Value)>,
    _folder: TempDir,
}

impl Watched {
    pub async fn start(recording: Recording) -> Self {
        let folder = TempDir::new().unwrap();
        let recording = Arc::new(recording);
        let clock = Clock::with(ClockSetting { offset_ms: 0, paused_at: Some(Timestamp(recording.began)) });
        let config = LedgerConfig {
            place: Place::File(folder.path().join("ledger.db")),
            cluster: "real".to_owned(),
            world: WORLD.to_owned(),
            keep: Duration::from_secs(1_000_000_000),
            keep_bytes: None,
            keep_secret_env: true,
            ids_taken_for: Duration::from_secs(3600),
        };
        let now = clock.clone();
        let ledger = Ledger::open(config, Arc::new(move || now.now())).await.unwrap();
        let (position, requests) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicUsize::new(0)));
        let client = DroveClient::new(upstream(&recording, &position, &requests), Identity::Nobody);
        let config = WatcherConfig { budget: u32::MAX, ..WatcherConfig::real("real", WORLD) };
        let (sender, picture) = watch::channel(Arc::new(ClusterPicture::default()));
        let round = Round::new(config, client, ledger.clone(), clock.clone(), sender);
        let operations = recording.operations.clone();
        Self { recording, ledger, requests, picture, position, clock, round, operations, _folder: folder }
    }

    /// Another watcher of the same ledger, which goes on after the last event recorded.
    pub async fn restart(&mut self) {
        let client = DroveClient::new(upstream(&self.recording, &self.position, &self.requests), Identity::Nobody);
        let config = WatcherConfig { budget: u32::MAX, ..WatcherConfig::real("real", WORLD) };
        let (sender, picture) = watch::channel(Arc::new(ClusterPicture::default()));
        self.round = Round::new(config, client, self.ledger.clone(), self.clock.clone(), sender);
        self.picture = picture;
        self.round.begin_to_watch().await.unwrap();
    }

    /// Plays everything, reading as often as the watcher of a real cluster does.
    pub async fn play_all(&mut self) {
        self.play_until(self.recording.length + 20_000).await;
    }

    pub async fn play_until(&mut self, end: i64) {
        while self.position.load(Ordering::Relaxed) < end {
            let now = self.position.load(Ordering::Relaxed) + STEP;
            self.go_to(now);
            while let Some((at, body, status, answer)) = self.operations.first().cloned().filter(|(at, ..)| *at <= now)
            {
                self.operations.remove(0);
                self.submit(at, &body, status, &answer).await;
            }
            // A cluster that does not answer is part of some tests.
            let _ = if now % 1_000 == 0 { self.round.lists().await } else { self.round.events().await };
        }
    }

    /// So many milliseconds after the beginning; nothing is read on the way.
    pub fn go_to(&self, now: i64) {
        self.position.store(now, Ordering::Relaxed);
        let time = Timestamp(self.recording.began + now);
        self.clock.set(ClockSetting { offset_ms: 0, paused_at: Some(time) });
    }

    /// A CREATE that was accepted at this moment.
    pub async fn create(&self, id: &str) {
        let body = json!({"type": "CREATE", "opSpec": {"timeout": "5m", "parallelism": 1, "failureStrategy": "STOP"},
            "spec": {"sourceAppName": "APP", "taskId": id,
                "executable": {"type": "DOCKER", "url": "image:1", "dockerPullTimeout": "100s"},
                "resources": [{"type": "CPU", "count": 1}, {"type": "MEMORY", "sizeInMB": 64}],
                "placementPolicy": {"type": "ANY"}}});
        self.submit(self.position.load(Ordering::Relaxed), &body, 200, &json!({"status": "SUCCESS"})).await;
    }

    /// Another controller leads from this moment on, and has no events of before.
    pub fn another_leads(&mut self) {
        self.recording.led_since.store(self.position.load(Ordering::Relaxed), Ordering::Relaxed);
        self.round.note(vec![Change::Leader(Some("127.0.0.1:10010".to_owned()))]);
    }

    async fn submit(&self, at: i64, body: &Value, status: u16, answer: &Value) {
        let Ok(operation) = TaskOperation::from_json(body) else { return };
        let key = operation.key();
        let operation = match operation {
            TaskOperation::Create { spec: Some(spec), .. } => {
                Operation::Create { spec: Arc::from(spec), document: body["spec"].clone() }
            }
            TaskOperation::Create { spec: None, .. } => return,
            TaskOperation::Kill { .. } => Operation::Kill,
        };
        let at = Timestamp(self.recording.began + at);
        let id = self
            .ledger
            .intend(Intent { key, operation, at, user: None, door: Door::Api, op_spec: body["opSpec"].clone() })
            .await
            .unwrap();
        let kind = if answer["status"] == "SUCCESS" { AnswerKind::Accepted } else { AnswerKind::Refused };
        self.ledger.answer(id, Answer { kind, status: Some(status), words: Vec::new() });
        self.ledger.flush().await.unwrap();
    }

    pub async fn detail(&self, key: &TaskKey) -> TaskDetail {
        self.ledger.detail(key, None).await.unwrap().unwrap_or_else(|| panic!("{key} is not known"))
    }

    pub async fn states(&self, key: &TaskKey) -> Vec<String> {
        self.detail(key).await.row.transitions.iter().map(|t| t.state.to_string()).collect()
    }
}

fn upstream(recording: &Arc<Recording>, position: &Arc<AtomicI64>, requests: &Arc<AtomicUsize>) -> Upstream {
    let (recording, position, requests) = (recording.clone(), position.clone(), requests.clone());
    let service = tower::service_fn(move |request: Request<Body>| {
        requests.fetch_add(1, Ordering::Relaxed);
        let query = request.uri().query().unwrap_or_default();
        *recording.asked.lock().unwrap().entry(request.uri().path().to_owned()).or_default() += 1;
        let hangs = *recording.hanging.lock().unwrap() == Some(request.uri().path());
        let answer = match *recording.silent.lock().unwrap() {
            true => Err(UpstreamError::NoLeader),
            false => Ok(recording.answer(request.uri().path(), query, position.load(Ordering::Relaxed))),
        };
        async move {
            if hangs {
                std::future::pending::<()>().await;
            }
            answer.map(|body| Response::new(Body::from(body.to_string())))
        }
    });
    Upstream::new(service, || -> Changes { Box::pin(stream::pending()) })
}
