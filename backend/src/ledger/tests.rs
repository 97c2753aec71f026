#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod clocks;
mod encrypted;
mod facts;
mod file;
mod kills;
mod late;
mod lists;
mod machines;
mod ours;
mod postgres;
mod restart;
mod retention;
mod unwritable;

use super::{
    database::{Connection, Query},
    open::Target,
    *,
};
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

/// A ledger in a folder, or a schema, of its own, and a clock that is set by hand.
pub struct Fixture {
    pub ledger: Ledger,
    pub at: Whereabouts,
}

/// Where a fixture lies.
pub struct Whereabouts {
    pub folder: TempDir,
    pub clock: Arc<AtomicI64>,
    pub place: Place,
    world: String,
}

impl Whereabouts {
    fn new(place: impl Fn(&Path) -> Place) -> Self {
        let folder = TempDir::new().unwrap();
        let place = place(folder.path());
        Self { folder, clock: Arc::new(AtomicI64::new(START)), place, world: "world-1".to_owned() }
    }

    /// On a server, each fixture has a schema of its own.
    pub fn cluster(&self) -> String {
        self.folder.path().file_name().unwrap().to_string_lossy().into_owned()
    }

    pub async fn open(&self) -> Ledger {
        self.open_keeping(None).await
    }

    pub async fn open_keeping(&self, keep_bytes: Option<u64>) -> Ledger {
        self.try_open(keep_bytes).await.unwrap()
    }

    pub async fn try_open(&self, keep_bytes: Option<u64>) -> Result<Ledger, LedgerError> {
        let clock = self.clock.clone();
        let config = LedgerConfig {
            place: self.place.clone(),
            cluster: self.cluster(),
            world: self.world.clone(),
            keep: Duration::from_secs(30 * 24 * 3600),
            keep_bytes,
            keep_secret_env: true,
            ids_taken_for: Duration::from_secs(3600),
        };
        Ledger::open(config, Arc::new(move || Timestamp(clock.load(Ordering::Relaxed)))).await
    }

    /// A way around the ledger.
    pub async fn connect(&self) -> Connection {
        Target::of(&self.place, &self.cluster()).unwrap().connect_to_write().await.unwrap()
    }
}

impl Fixture {
    pub async fn new() -> Self {
        Self::at(Whereabouts::new(|folder| match std::env::var(POSTGRES_OF_TESTS) {
            Ok(url) => Place::Postgres(url),
            Err(_) => Place::File(folder.join("ledger.db")),
        }))
        .await
    }

    pub async fn in_file() -> Self {
        Self::at(Whereabouts::new(|folder| Place::File(folder.join("ledger.db")))).await
    }

    async fn at(at: Whereabouts) -> Self {
        Self { ledger: at.open().await, at }
    }

    /// Opens the database again as another process would: this one ends without closing it.
    pub async fn killed_and_reopened(self) -> Self {
        let Self { ledger, mut at } = self;
        if let Place::File(file) = &at.place {
            // What was flushed is in the file; the old handle writes nothing any more.
            let copy = TempDir::new().unwrap();
            for name in ["ledger.db", "ledger.db-wal"] {
                std::fs::copy(file.with_file_name(name), copy.path().join(name)).unwrap();
            }
            // The name of the folder is that of the cluster.
            std::fs::remove_dir_all(at.folder.path()).unwrap();
            std::fs::rename(copy.path(), at.folder.path()).unwrap();
            at = Whereabouts { place: Place::File(at.folder.path().join("ledger.db")), ..at };
            drop(ledger);
        } else {
            drop(ledger);
            postgres::gone(&at).await;
        }
        Self::at(at).await
    }

    pub async fn reopened_in(self, world: &str) -> Self {
        self.ledger.close().await;
        Self::at(Whereabouts { world: world.to_owned(), ..self.at }).await
    }

    pub fn set_time(&self, seconds: i64) {
        self.at.clock.store(at(seconds).millis(), Ordering::Relaxed);
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
            op_spec: json!({"timeout": "60 seconds", "parallelism": 1, "failureStrategy": "STOP"}),
        };
        let submission = self.ledger.intend(intent).await.unwrap();
        self.ledger.answer(submission, answer);
        self.ledger.flush().await.unwrap();
    }

    pub async fn observe(&self, observations: impl IntoIterator<Item = Observation>) {
        self.ledger.observe(observations.into_iter().collect()).await.unwrap();
    }

    /// Lines of a table.
    pub async fn count(&self, table: &str) -> i64 {
        let query = Query::new("SELECT count(*) AS n FROM ").push(table);
        self.ledger.readers().unwrap().fetch_one(query).await.unwrap().number("n").unwrap()
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
    Intent {
        key: key(id),
        operation,
        at: at(seconds),
        user: Some("admin".to_owned()),
        door: Door::Api,
        op_spec: Value::Null,
    }
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

pub fn caught_up(at: Timestamp) -> Observation {
    Observation::CaughtUp { at, but_for: Default::default() }
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
