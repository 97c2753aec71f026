//! The log files on the executors. As in Drove there is one for each task and executor: a task that is created again there
//! goes on in it. A file that no record leads to is kept for a while, since its task may be created again.

use crate::{RunId, pairs};
use model::{TaskKey, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A task on an executor, by the index of that.
pub(crate) type LogKey = (usize, TaskKey);

/// A file and how long it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LogFile {
    /// The run that began it: its name.
    pub(crate) first: RunId,
    /// Bytes.
    pub(crate) length: u64,
}

/// All of them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Logs {
    #[serde(with = "pairs")]
    files: BTreeMap<LogKey, LogFile>,
    /// Those that no record leads to, by the time since when.
    unreachable: BTreeSet<(Timestamp, LogKey)>,
}

impl Logs {
    /// The file of a task on an executor.
    pub(crate) fn get(&self, key: &LogKey) -> Option<LogFile> {
        self.files.get(key).copied()
    }

    /// The file that a new run goes on in, or begins.
    pub(crate) fn open(&mut self, key: LogKey, run: RunId) -> LogFile {
        self.unreachable.retain(|(_, other)| *other != key);
        *self.files.entry(key).or_insert(LogFile { first: run, length: 0 })
    }

    /// Takes down how long a file has become.
    pub(crate) fn grew(&mut self, key: LogKey, file: LogFile) {
        self.files.insert(key, file);
    }

    /// The record that led to a file is gone.
    pub(crate) fn let_go(&mut self, key: LogKey, now: Timestamp) {
        if self.files.contains_key(&key) {
            self.unreachable.insert((now, key));
        }
    }

    /// Removes a file and names it.
    pub(crate) fn remove(&mut self, key: &LogKey) -> Option<RunId> {
        self.files.remove(key).map(|file| file.first)
    }

    /// Removes a file that no record has led to since before `limit`, and names it.
    pub(crate) fn remove_unreachable(&mut self, limit: Timestamp) -> Option<RunId> {
        while let Some((_, key)) = self.unreachable.first().filter(|(since, _)| *since < limit).cloned() {
            self.unreachable.pop_first();
            if let Some(run) = self.remove(&key) {
                return Some(run);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str) -> LogKey {
        (0, TaskKey::new("A", id))
    }

    #[test]
    fn a_task_that_is_created_again_goes_on_in_its_file() {
        let mut logs = Logs::default();
        assert_eq!(logs.open(key("1"), 7), LogFile { first: 7, length: 0 });
        logs.grew(key("1"), LogFile { first: 7, length: 90 });
        logs.let_go(key("1"), Timestamp(10));
        assert_eq!(logs.open(key("1"), 8), LogFile { first: 7, length: 90 });
        assert_eq!(logs.open((1, TaskKey::new("A", "1")), 9).first, 9, "not on another executor");
        assert_eq!(logs.remove_unreachable(Timestamp(1_000)), None, "a record leads to it again");
    }

    #[test]
    fn a_file_that_no_record_leads_to_goes_in_time() {
        let mut logs = Logs::default();
        logs.open(key("1"), 1);
        logs.open(key("2"), 2);
        logs.let_go(key("1"), Timestamp(10));
        assert_eq!(logs.remove_unreachable(Timestamp(10)), None);
        assert_eq!(logs.remove_unreachable(Timestamp(11)), Some(1));
        assert_eq!((logs.get(&key("1")), logs.get(&key("2")).map(|file| file.first)), (None, Some(2)));
    }
}
