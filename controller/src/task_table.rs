//! The leader's records of tasks: what lookups read (contract 2.2, 5.4).

use crate::{RunId, lifecycle::Tracked, pairs};
use model::{TaskInfo, TaskKey, Timestamp};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// One task's record and the run that it tells about.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    run: RunId,
    tracked: Tracked,
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acceptance {
    /// The stored state is another one now, or there was none.
    Changed,
    /// Only the time of the last report is another one.
    Refreshed,
    /// Not newer than what is stored.
    Ignored,
    /// The record is final; the run should not be there any more (contract 13).
    Final,
}

/// All records, whatever their state.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct TaskTable {
    #[serde(with = "pairs")]
    records: BTreeMap<TaskKey, Record>,
    /// Ended ones by the time of their last report: purging looks at nothing else.
    ended: BTreeSet<(Timestamp, TaskKey)>,
}

impl TaskTable {
    /// The record of a task.
    pub(crate) fn get(&self, key: &TaskKey) -> Option<&TaskInfo> {
        self.records.get(key).map(|record| record.tracked.info())
    }

    /// The run that the record tells about.
    pub(crate) fn run(&self, key: &TaskKey) -> Option<RunId> {
        self.records.get(key).map(|record| record.run)
    }

    /// All records, by key.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&TaskKey, &TaskInfo)> {
        self.records.iter().map(|(key, record)| (key, record.tracked.info()))
    }

    /// Whether a report would tell anything: there is no record, or one that it is newer than.
    pub(crate) fn wants(&self, reported: &Tracked) -> bool {
        let info = reported.info();
        self.records.get(&info.key()).is_none_or(|record| record.tracked.info().updated < info.updated)
    }

    /// Stores a report if there is none, or if it is strictly newer than the stored one (contract 5.4).
    pub(crate) fn accept(&mut self, run: RunId, reported: Tracked) -> Acceptance {
        let key = reported.info().key();
        let ended = reported.info().state.is_terminal().then_some(reported.info().updated);
        let acceptance = match self.records.get_mut(&key) {
            None => {
                self.records.insert(key.clone(), Record { run, tracked: reported });
                Acceptance::Changed
            }
            Some(record) if record.tracked.info().state.is_terminal() || record.run != run => Acceptance::Final,
            Some(record) if reported.info().updated <= record.tracked.info().updated => Acceptance::Ignored,
            Some(record) => {
                let changed = record.tracked.info().state != reported.info().state;
                record.tracked = reported;
                if changed { Acceptance::Changed } else { Acceptance::Refreshed }
            }
        };
        if let Some(at) = ended.filter(|_| acceptance == Acceptance::Changed) {
            self.ended.insert((at, key));
        }
        acceptance
    }

    /// Changes the record of a task and keeps the books; false if there is none, or nothing was changed.
    pub(crate) fn change(&mut self, key: &TaskKey, change: impl FnOnce(&mut Tracked) -> bool) -> bool {
        let Some(record) = self.records.get_mut(key) else { return false };
        let changed = change(&mut record.tracked);
        if changed && record.tracked.info().state.is_terminal() {
            self.ended.insert((record.tracked.info().updated, key.clone()));
        }
        changed
    }

    /// Removes a record and names its run.
    pub(crate) fn remove(&mut self, key: &TaskKey) -> Option<RunId> {
        let record = self.records.remove(key)?;
        self.ended.remove(&(record.tracked.info().updated, key.clone()));
        Some(record.run)
    }

    /// The ended task with the oldest report, if that is older than `limit`.
    pub(crate) fn oldest_ended_before(&self, limit: Timestamp) -> Option<TaskKey> {
        self.ended.first().filter(|(at, _)| *at < limit).map(|(_, key)| key.clone())
    }

    /// Counts silence from a later time: the whole process was away for `gap`.
    pub(crate) fn shift(&mut self, gap: Duration) {
        for record in self.records.values_mut() {
            record.tracked.shift(gap);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{InstanceOrder, lifecycle::Signal};
    use model::{TaskSpec, TaskState};

    fn tracked(now: i64) -> Tracked {
        let order = InstanceOrder {
            run: 1,
            key: TaskKey::new("A", "1"),
            nth: 1,
            instance_id: "TI-1".into(),
            executor_id: "e".into(),
            hostname: "h".into(),
            cores: vec![0],
            numa: 0,
            spec: Box::new(TaskSpec::default()),
        };
        let mut tracked = Tracked::register(&order, Timestamp(now));
        tracked.advance(Signal::Validated, Timestamp(now));
        tracked
    }

    #[test]
    fn only_newer_reports_are_stored() {
        let mut table = TaskTable::default();
        let first = tracked(10);
        assert_eq!(table.accept(1, first.clone()), Acceptance::Changed);
        assert_eq!(table.accept(1, first.clone()), Acceptance::Ignored);
        let mut later = first.clone();
        later.heartbeat(Timestamp(30));
        assert_eq!(table.accept(1, later.clone()), Acceptance::Refreshed);
        assert!(!table.wants(&first));
        later.advance(Signal::ImagePulled, Timestamp(30));
        assert_eq!(table.accept(1, later), Acceptance::Changed);
        assert_eq!(table.get(&TaskKey::new("A", "1")).unwrap().state, TaskState::Starting);
    }

    #[test]
    fn an_ended_record_is_final_and_the_only_one_that_is_purged() {
        let mut table = TaskTable::default();
        let key = TaskKey::new("A", "1");
        table.accept(1, tracked(10));
        assert_eq!(table.oldest_ended_before(Timestamp(1_000)), None);
        assert!(table.change(&key, |tracked| tracked.advance(Signal::Silence, Timestamp(70))));
        let mut back = tracked(10);
        back.heartbeat(Timestamp(90));
        assert_eq!(table.accept(1, back), Acceptance::Final);
        assert_eq!(table.oldest_ended_before(Timestamp(70)), None);
        assert_eq!(table.oldest_ended_before(Timestamp(71)), Some(key.clone()));
        assert_eq!(table.remove(&key), Some(1));
        assert_eq!(table.oldest_ended_before(Timestamp(1_000)), None);
    }
}
