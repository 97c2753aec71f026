//! Events of the cluster (contract 2.8).

use crate::{TaskKey, TaskState, Timestamp, wire_enum::wire_enum};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

wire_enum!(
    /// `type` of an event.
    EventType {
        /// A report changed the stored state of a task.
        TaskStateChange = "TASK_STATE_CHANGE",
        /// An executor joined.
        ExecutorAdded = "EXECUTOR_ADDED",
        /// An executor left.
        ExecutorRemoved = "EXECUTOR_REMOVED",
        /// Blacklisting began.
        ExecutorBlacklistRequested = "EXECUTOR_BLACKLIST_REQUESTED",
        /// Blacklisting is done.
        ExecutorBlacklisted = "EXECUTOR_BLACKLISTED",
        /// Blacklisting was taken back.
        ExecutorUnBlacklisted = "EXECUTOR_UN_BLACKLISTED",
        /// Maintenance began.
        MaintenanceModeSet = "MAINTENANCE_MODE_SET",
        /// Maintenance ended.
        MaintenanceModeRemoved = "MAINTENANCE_MODE_REMOVED",
        /// A controller became leader.
        LeadershipAcquired = "LEADERSHIP_ACQUIRED",
        /// A controller stopped being leader.
        LeadershipLost = "LEADERSHIP_LOST",
        /// An application changed.
        AppStateChange = "APP_STATE_CHANGE",
        /// An application's instance changed.
        InstanceStateChange = "INSTANCE_STATE_CHANGE",
        /// A local service changed.
        LocalServiceStateChange = "LOCAL_SERVICE_STATE_CHANGE",
        /// A local service's instance changed.
        LocalServiceInstanceStateChange = "LOCAL_SERVICE_INSTANCE_STATE_CHANGE",
    }
);

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DroveEvent {
    /// Facts, by the names of contract 2.8.
    pub metadata: Map<String, Value>,
    /// What kind of event.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// Unique; events repeated after a change of leader get new ones.
    pub id: String,
    /// When it was raised.
    pub time: Timestamp,
}

impl DroveEvent {
    /// A text among the facts.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.metadata.get(name).and_then(Value::as_str)
    }

    /// A number among the facts.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.metadata.get(name).and_then(Value::as_i64)
    }

    /// The task a TASK_STATE_CHANGE is about, and its new state.
    pub fn task_state_change(&self) -> Option<(TaskKey, TaskState)> {
        if self.kind != EventType::TaskStateChange {
            return None;
        }
        let key = TaskKey::new(self.text("APP_NAME")?, self.text("TASK_ID")?);
        Some((key, TaskState::from_wire(self.text("CURRENT_STATE")?)))
    }
}

/// Answer of `/cluster/events/latest`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DroveEventsList {
    /// Newest first.
    pub events: Vec<DroveEvent>,
    /// Time of the newest event stored, or what was sent if there is none.
    pub last_sync_time: Timestamp,
}

/// Answer of `/cluster/events/summary`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DroveEventsSummary {
    /// Event type → how many since.
    pub events_count: BTreeMap<String, i64>,
    /// As in [`DroveEventsList`].
    pub last_sync_time: Timestamp,
}
