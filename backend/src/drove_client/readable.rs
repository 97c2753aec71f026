//! Lists of which one entry that cannot be read does not make all others unreadable.

use super::answer::cut;
use model::{DroveEvent, DroveEventsList, Timestamp};
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, SeqAccess, Visitor},
};
use serde_json::{Value, value::RawValue};
use std::{fmt, marker::PhantomData};

/// The entries that can be read. One line of the log counts the others and names one.
pub struct Readable<T>(Vec<T>);

/// As a [`DroveEventsList`].
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadableEvents {
    events: Readable<DroveEvent>,
    last_sync_time: Timestamp,
}

/// Entries of one list at most, and unreadable ones among them; a list with more is refused.
const MOST: usize = 100_000;
const MOST_UNREADABLE: usize = 10_000;
/// Largest entry that is read, in bytes: a task with large variables. As a tree an entry takes many times as much.
const LARGEST: usize = 1 << 20;

impl<'de, T: DeserializeOwned> Deserialize<'de> for Readable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Entries(PhantomData))
    }
}

/// Reads entries one by one: besides the body, a list takes no more memory than what is kept of it.
struct Entries<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Entries<T> {
    type Value = Readable<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Readable<T>, A::Error> {
        let (mut entries, mut unreadable, mut example) = (Vec::new(), 0, None);
        while let Some(entry) = list.next_element::<&RawValue>()? {
            match read(entry.get()) {
                Ok(entry) => entries.push(entry),
                Err(error) => {
                    unreadable += 1;
                    example.get_or_insert((entry.get(), error));
                }
            }
            if unreadable > MOST_UNREADABLE || entries.len() > MOST {
                let fault = format!("it has more than {MOST} entries, or more than {MOST_UNREADABLE} unreadable ones");
                return Err(de::Error::custom(fault));
            }
        }
        if let Some((entry, error)) = example {
            tracing::warn!(unreadable, example = ?about(entry), error, "skipped unreadable entries in a response");
        }
        Ok(Readable(entries))
    }
}

fn read<T: DeserializeOwned>(entry: &str) -> Result<T, String> {
    if entry.len() > LARGEST {
        return Err(format!("it has more than {LARGEST} bytes"));
    }
    serde_json::from_str(entry).map_err(|error| cut(&error.to_string()))
}

/// What an entry is about, and no more: the rest may be secret.
fn about(entry: &str) -> [String; 4] {
    let entry: Value =
        if entry.len() <= LARGEST { serde_json::from_str(entry).unwrap_or_default() } else { Value::Null };
    ["sourceAppName", "taskId", "type", "id"].map(|name| cut(entry[name].as_str().unwrap_or_default()))
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
