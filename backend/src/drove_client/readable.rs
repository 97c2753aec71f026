//! Lists of which one entry that cannot be read does not make all others unreadable.

use model::{DroveEvent, DroveEventsList, Timestamp};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// The entries that can be read; of the others the log tells.
pub struct Readable<T>(Vec<T>);

/// As a [`DroveEventsList`].
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadableEvents {
    events: Readable<DroveEvent>,
    last_sync_time: Timestamp,
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Readable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |entry: Value| {
            let read = T::deserialize(&entry);
            // What it is about, and no more: the rest may be secret.
            let about =
                || ["sourceAppName", "taskId", "type", "id"].map(|name| entry[name].as_str().unwrap_or_default());
            read.inspect_err(|error| tracing::warn!(%error, about = ?about(), "an entry of the cluster is left out"))
                .ok()
        };
        Ok(Self(Vec::<Value>::deserialize(deserializer)?.into_iter().filter_map(read).collect()))
    }
}

impl<T> From<Readable<T>> for Vec<T> {
    fn from(Readable(entries): Readable<T>) -> Self {
        entries
    }
}

impl From<ReadableEvents> for DroveEventsList {
    fn from(read: ReadableEvents) -> Self {
        Self { events: read.events.into(), last_sync_time: read.last_sync_time }
    }
}
