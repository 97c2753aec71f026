//! Events of the cluster, kept for an hour (contract 2.8). Stored as facts and written as Drove's JSON when read: most are
//! read once or never.

use crate::random::Stream;
use model::{
    DroveEvent, DroveEventsList, DroveEventsSummary, EventType, ExecutorId, TaskInfo, TaskKey, TaskResult, TaskState,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};
use uuid::Uuid;

/// What happened, and when.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Stored {
    time: Timestamp,
    id: u128,
    subject: Subject,
}

/// What an event is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Subject {
    /// A task changed its state.
    Task(Box<TaskChange>),
    /// Something happened to an executor; its address is absent once it is removed.
    Executor { kind: EventType, id: ExecutorId, address: Option<(String, u16)> },
    /// Something happened to the cluster, on this controller.
    Cluster { kind: EventType, hostname: String },
}

/// The facts of a TASK_STATE_CHANGE.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TaskChange {
    key: TaskKey,
    instance_id: String,
    executor_id: ExecutorId,
    hostname: Option<String>,
    image: String,
    created: Timestamp,
    updated: Timestamp,
    state: TaskState,
    error: String,
    result: Option<TaskResult>,
}

impl Subject {
    /// The state of a task as it was just reported.
    pub(crate) fn task(info: &TaskInfo) -> Self {
        Subject::Task(Box::new(TaskChange {
            key: info.key(),
            instance_id: info.instance_id.0.clone(),
            executor_id: info.executor_id.clone(),
            hostname: info.hostname.clone(),
            image: info.executable.as_ref().map(|e| e.url.clone()).unwrap_or_default(),
            created: info.created,
            updated: info.updated,
            state: info.state.clone(),
            error: info.error_message.clone(),
            result: info.task_result.clone(),
        }))
    }

    fn kind(&self) -> &EventType {
        match self {
            Subject::Task(_) => &EventType::TaskStateChange,
            Subject::Executor { kind, .. } | Subject::Cluster { kind, .. } => kind,
        }
    }

    /// The stream of the event's ID: the same task in the same state is told apart by the time of the report.
    fn id(&self, seed: u64, now: Timestamp) -> u128 {
        let number = u64::try_from(now.millis()).unwrap_or(0);
        let mut stream = match self {
            Subject::Task(change) => {
                let reported = u64::try_from(change.updated.millis()).unwrap_or(0);
                Stream::of(seed, change.state.as_str(), &change.key, number ^ reported.rotate_left(32))
            }
            Subject::Executor { kind, id, .. } => {
                Stream::of(seed, kind.as_str(), &TaskKey::new("", id.as_str()), number)
            }
            Subject::Cluster { kind, .. } => Stream::general(seed, kind.as_str(), number),
        };
        stream.uuid().as_u128()
    }

    fn metadata(&self) -> Map<String, Value> {
        let mut facts = Map::new();
        let mut put = |name: &str, value: Value| {
            facts.insert(name.to_owned(), value);
        };
        match self {
            Subject::Task(change) => {
                put("APP_NAME", json!(change.key.app));
                put("TASK_ID", json!(change.key.id));
                put("INSTANCE_ID", json!(change.instance_id));
                put("EXECUTOR_ID", json!(change.executor_id));
                if let Some(hostname) = &change.hostname {
                    put("EXECUTOR_HOST", json!(hostname));
                }
                put("EXECUTABLE", json!(change.image));
                put("CREATED", json!(change.created));
                put("CURRENT_STATE", json!(change.state));
                if !change.error.is_empty() {
                    put("ERROR", json!(change.error));
                }
                if let Some(result) = &change.result {
                    put("RESULT_STATUS", json!(result.status));
                    put("RESULT_EXIT_CODE", json!(result.exit_code));
                }
            }
            Subject::Executor { id, address, .. } => {
                put("EXECUTOR_ID", json!(id));
                if let Some((hostname, port)) = address {
                    put("HOSTNAME", json!(hostname));
                    put("PORT", json!(port));
                }
            }
            Subject::Cluster { hostname, .. } => put("HOSTNAME", json!(hostname)),
        }
        facts
    }
}

/// The store. Events come in order of time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct EventStore {
    events: VecDeque<Stored>,
}

impl EventStore {
    /// Raises an event.
    pub(crate) fn raise(&mut self, seed: u64, now: Timestamp, subject: Subject) {
        let id = subject.id(seed, now);
        self.events.push_back(Stored { time: now, id, subject });
    }

    /// Forgets events older than `keep`.
    pub(crate) fn forget(&mut self, now: Timestamp, keep: Duration) {
        let old = self.events.partition_point(|event| event.time < now - keep);
        self.events.drain(..old);
    }

    /// Events strictly after `since`, the newest `size` of them, newest first.
    pub(crate) fn list(&self, since: Timestamp, size: usize) -> DroveEventsList {
        let events = self.after(since).rev().take(size).map(|stored| DroveEvent {
            metadata: stored.subject.metadata(),
            kind: stored.subject.kind().clone(),
            id: Uuid::from_u128(stored.id).to_string(),
            time: stored.time,
        });
        DroveEventsList { events: events.collect(), last_sync_time: self.newest(since) }
    }

    /// How many events of each type came strictly after `since`.
    pub(crate) fn summary(&self, since: Timestamp) -> DroveEventsSummary {
        let mut events_count: BTreeMap<String, i64> = BTreeMap::new();
        for stored in self.after(since) {
            *events_count.entry(stored.subject.kind().as_str().to_owned()).or_default() += 1;
        }
        DroveEventsSummary { events_count, last_sync_time: self.newest(since) }
    }

    fn after(&self, since: Timestamp) -> impl DoubleEndedIterator<Item = &Stored> {
        let first = self.events.partition_point(|event| event.time <= since);
        self.events.range(first..)
    }

    fn newest(&self, otherwise: Timestamp) -> Timestamp {
        self.events.back().map_or(otherwise, |event| event.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> EventStore {
        let mut store = EventStore::default();
        for time in [10, 20, 20, 30] {
            let subject = Subject::Cluster { kind: EventType::MaintenanceModeSet, hostname: "ctl-1".into() };
            store.raise(1, Timestamp(time), subject);
        }
        store
    }

    #[test]
    fn lists_are_newest_first_and_lose_their_oldest() {
        let times = |list: DroveEventsList| list.events.iter().map(|e| e.time.millis()).collect::<Vec<_>>();
        assert_eq!(times(store().list(Timestamp(0), 1024)), [30, 20, 20, 10]);
        assert_eq!(times(store().list(Timestamp(10), 2)), [30, 20]);
        assert_eq!(times(store().list(Timestamp(20), 9)), [30]);
        assert_eq!(store().list(Timestamp(99), 9).last_sync_time, Timestamp(30));
        assert_eq!(EventStore::default().list(Timestamp(99), 9).last_sync_time, Timestamp(99));
    }

    #[test]
    fn old_events_are_forgotten() {
        let mut store = store();
        store.forget(Timestamp(45), Duration::from_millis(20));
        assert_eq!(store.summary(Timestamp(0)).events_count, BTreeMap::from([("MAINTENANCE_MODE_SET".into(), 1)]));
    }

    #[test]
    fn a_task_event_has_the_facts_of_a_real_one() {
        let info: TaskInfo = serde_json::from_value(json!({
            "sourceAppName": "REC", "taskId": "ev", "instanceId": "TI-1", "executorId": "e", "state": "STOPPED",
            "taskResult": {"status": "FAILED", "exitCode": 5}, "errorMessage": "Task instance exited with status: 5",
            "hostname": "localhost", "created": 1, "updated": 2,
        }))
        .unwrap();
        let mut names: Vec<String> = Subject::task(&info).metadata().keys().cloned().collect();
        names.sort();
        assert_eq!(
            names,
            [
                "APP_NAME",
                "CREATED",
                "CURRENT_STATE",
                "ERROR",
                "EXECUTABLE",
                "EXECUTOR_HOST",
                "EXECUTOR_ID",
                "INSTANCE_ID",
                "RESULT_EXIT_CODE",
                "RESULT_STATUS",
                "TASK_ID"
            ]
        );
    }
}
