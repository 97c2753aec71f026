//! Lists of which one entry that cannot be read does not make all others unreadable.

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

/// Unreadable entries of one list at most; the list is refused with more.
const MOST_UNREADABLE: usize = 10_000;
/// Largest unreadable entry that the log names, in bytes.
const LARGEST_NAMED: usize = 64 << 10;

impl<'de, T: DeserializeOwned> Deserialize<'de> for Readable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Entries(PhantomData))
    }
}

/// Reads entries one by one, so that a list never takes more memory than what is kept of it.
struct Entries<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Entries<T> {
    type Value = Readable<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Readable<T>, A::Error> {
        let (mut entries, mut unreadable, mut example) = (Vec::new(), 0, None);
        while let Some(entry) = list.next_element::<&RawValue>()? {
            match serde_json::from_str(entry.get()) {
                Ok(entry) => entries.push(entry),
                Err(error) => {
                    unreadable += 1;
                    example.get_or_insert((entry.get(), error));
                }
            }
            if unreadable > MOST_UNREADABLE {
                return Err(de::Error::custom(format!("more than {MOST_UNREADABLE} entries cannot be read")));
            }
        }
        if let Some((entry, error)) = example {
            tracing::warn!(unreadable, example = ?about(entry), %error, "entries of a list of the cluster are left out");
        }
        Ok(Readable(entries))
    }
}

/// What an entry is about, and no more: the rest may be secret.
fn about(entry: &str) -> [String; 4] {
    let entry =
        if entry.len() <= LARGEST_NAMED { serde_json::from_str(entry).unwrap_or_default() } else { Value::Null };
    ["sourceAppName", "taskId", "type", "id"].map(|name| entry[name].as_str().unwrap_or_default().to_owned())
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
