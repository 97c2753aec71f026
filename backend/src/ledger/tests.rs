#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod facts;
mod lists;
mod restart;
mod retention;

use super::*;
use model::{
    DroveEvent, Outcome, TaskInfo, TaskSpec, TaskState,
    dashboard::{AnswerKind, Door, Phase, Tab},
};
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::atomic::{AtomicI64, Ordering},
};
use tempfile::TempDir;

/// When these tests begin.
pub const START: i64 = 1_800_000_000_000;

/// A ledger in a folder of its own, and a clock that is set by hand.
pub struct Fixture {
    pub ledger: Ledger,
    clock: Arc<AtomicI64>,
    folder: TempDir,
    world: String,
}

impl Fixture {
    pub async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let clock = Arc::new(AtomicI64::new(START));
        let ledger = open(folder.path(), "world-1", &clock).await;
        Self { ledger, clock, folder, world: "world-1".to_owned() }
    }

    /// Opens the file again as another process would: this one ends without closing it.
    pub async fn killed_and_reopened(self) -> Self {
        let Self { ledger, clock, folder, world } = self;
        // What was flushed is in the file; the old handle writes nothing any more.
        let copy = TempDir::new().unwrap();
        for name in ["ledger.db", "ledger.db-wal"] {
            std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
        }
        drop(ledger);
        let ledger = open(copy.path(), &world, &clock).await;
        Self { ledger, clock, folder: copy, world }
    }

    pub async fn reopened_in(self, world: &str) -> Self {
        self.ledger.close().await;
        let ledger = open(self.folder.path(), world, &self.clock).await;
        Self { ledger, world: world.to_owned(), ..self }
    }

    pub fn set_time(&self, seconds: i64) {
        self.clock.store(at(seconds).millis(), Ordering::Relaxed);
    }

    pub async fn create(&self, id: &str, seconds: i64) -> SubmissionId {
        self.ledger.intend(create_intent(id, seconds)).await.unwrap()
    }

    pub async fn created(&self, id: &str, seconds: i64) -> SubmissionId {
        let submission = self.create(id, seconds).await;
        self.ledger.answer(submission, accepted());
        self.ledger.flush().await.unwrap();
        submission
    }

    pub async fn kill(&self, id: &str, seconds: i64, answer: Answer) {
        let intent = Intent {
            key: key(id),
            operation: Operation::Kill,
            at: at(seconds),
            user: Some("admin".to_owned()),
            door: Door::Page,
        };
        let submission = self.ledger.intend(intent).await.unwrap();
        self.ledger.answer(submission, answer);
        self.ledger.flush().await.unwrap();
    }

    pub async fn observe(&self, observations: impl IntoIterator<Item = Observation>) {
        self.ledger.observe(observations.into_iter().collect()).await.unwrap();
    }

    /// The last run of a task.
    pub async fn row(&self, id: &str) -> TaskRow {
        self.detail(id).await.row
    }

    pub async fn detail(&self, id: &str) -> TaskDetail {
        self.ledger.detail(&key(id), None).await.unwrap().expect("the task is known")
    }

    pub async fn states(&self, id: &str) -> Vec<String> {
        self.row(id).await.transitions.iter().map(|t| t.state.to_string()).collect()
    }
}

async fn open(folder: &Path, world: &str, clock: &Arc<AtomicI64>) -> Ledger {
    open_keeping(folder, world, clock, None).await
}

async fn open_keeping(folder: &Path, world: &str, clock: &Arc<AtomicI64>, keep_bytes: Option<u64>) -> Ledger {
    let clock = clock.clone();
    let config = LedgerConfig {
        file: folder.join("ledger.db"),
        cluster: "demo".to_owned(),
        world: world.to_owned(),
        keep: Duration::from_secs(30 * 24 * 3600),
        keep_bytes,
        ids_taken_for: Duration::from_secs(3600),
    };
    Ledger::open(config, Arc::new(move || Timestamp(clock.load(Ordering::Relaxed)))).await.unwrap()
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp(START + seconds * 1000)
}

pub fn key(id: &str) -> TaskKey {
    TaskKey::new("APP", id)
}

pub fn accepted() -> Answer {
    Answer { kind: AnswerKind::Accepted, status: Some(200), words: Vec::new() }
}

pub fn refused(words: &[&str]) -> Answer {
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    Answer { kind: AnswerKind::Refused, status: Some(400), words }
}

pub fn spec(id: &str) -> Value {
    json!({
        "sourceAppName": "APP", "taskId": id,
        "executable": {"type": "DOCKER", "url": "image:1", "dockerPullTimeout": "100 seconds"},
        "resources": [{"type": "CPU", "count": 2}, {"type": "MEMORY", "sizeInMB": 512}],
        "placementPolicy": {"type": "ANY"}, "env": {"A": "1"},
        "configs": [{"type": "INLINE", "localFilename": "/secret", "data": "Z2VoZWlt"}],
    })
}

pub fn create_intent(id: &str, seconds: i64) -> Intent {
    let document = spec(id);
    let operation = Operation::Create { spec: Arc::new(TaskSpec::from_json(&document).unwrap()), document };
    Intent { key: key(id), operation, at: at(seconds), user: Some("admin".to_owned()), door: Door::Api }
}

/// An event of run `instance`, created at 0 s; result and error follow from the state.
pub fn event(id: &str, instance: &str, state: &str, seconds: i64) -> Observation {
    Observation::Event(raw_event(id, instance, state, seconds))
}

pub fn raw_event(id: &str, instance: &str, state: &str, seconds: i64) -> DroveEvent {
    let mut metadata = json!({
        "APP_NAME": "APP", "TASK_ID": id, "INSTANCE_ID": instance, "EXECUTOR_ID": "e-1", "EXECUTABLE": "image:1",
        "CREATED": START, "CURRENT_STATE": state,
    });
    if state == "RUNNING" {
        metadata["EXECUTOR_HOST"] = "exec-1".into();
    }
    if matches!(state, "RUN_COMPLETED" | "DEPROVISIONING" | "STOPPED") {
        metadata["RESULT_STATUS"] = "SUCCESSFUL".into();
        metadata["RESULT_EXIT_CODE"] = 0.into();
    }
    serde_json::from_value(json!({
        "type": "TASK_STATE_CHANGE", "id": format!("{id}-{instance}-{state}-{seconds}"), "time": at(seconds),
        "metadata": metadata,
    }))
    .unwrap()
}

pub fn record(id: &str, instance: &str, state: &str, seconds: i64) -> Observation {
    Observation::Record { info: Box::new(info(id, instance, state, seconds)), source: model::Source::List }
}

pub fn info(id: &str, instance: &str, state: &str, seconds: i64) -> TaskInfo {
    let mut info = json!({
        "sourceAppName": "APP", "taskId": id, "instanceId": instance, "executorId": "e-1", "hostname": "exec-1",
        "executable": {"type": "DOCKER", "url": "image:1", "dockerPullTimeout": "100 seconds"},
        "resources": [{"type": "CPU", "cores": {"0": [2, 3]}}, {"type": "MEMORY", "memoryInMB": {"0": 512}}],
        "env": {"A": "1"}, "state": state, "metadata": {}, "errorMessage": "", "created": START,
        "updated": at(seconds),
    });
    if state == "LOST" {
        info["taskResult"] = json!({"status": "LOST", "exitCode": -1});
        info["errorMessage"] = "Instance lost".into();
    }
    serde_json::from_value(info).unwrap()
}

/// The states of a run that goes well.
pub const GOOD_RUN: [&str; 6] = ["PROVISIONING", "STARTING", "RUNNING", "RUN_COMPLETED", "DEPROVISIONING", "STOPPED"];
