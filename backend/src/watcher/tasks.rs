//! The list of active tasks: what changed in it since it was last read.

use crate::ledger::{Listing, LiveRun, Observation};
use model::{Source, TaskInfo, TaskKey, Timestamp, dashboard::Phase};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// A task that tells nothing but that it lives is passed on so often.
const HEARTBEAT: Duration = Duration::from_secs(60);
/// A run that is missing in so many lists, and reported all the same, is not managed any more.
const MISSING_LISTS: u32 = 2;

/// What is known not to be managed is in no list for as long as it runs: it is looked up every so many lists. An event tells
/// when it ends.
const UNMANAGED_LISTS: u32 = 15;

/// The last list.
#[derive(Debug, Default)]
pub struct ActiveTasks {
    listed: BTreeMap<TaskKey, Listed>,
    /// How many lists in a row a run was missing in.
    missing: BTreeMap<TaskKey, u32>,
}

#[derive(Debug)]
struct Listed {
    info: TaskInfo,
    /// Heartbeat that was passed on.
    told: Timestamp,
}

/// What a list tells.
#[derive(Debug, Default)]
pub struct ListNews {
    /// Facts.
    pub observations: Vec<Observation>,
    /// Runs that should be listed and are not.
    pub missing: BTreeSet<TaskKey>,
}

impl ActiveTasks {
    /// Takes in a list that was asked for after `live` was true, at `now`.
    pub fn take(&mut self, list: Vec<TaskInfo>, live: &[LiveRun], now: Timestamp) -> ListNews {
        let mut news = ListNews::default();
        let mut before = std::mem::take(&mut self.listed);
        for info in list {
            let key = info.key();
            let told = match before.remove(&key) {
                Some(old) if !tells_more(&old, &info) => old.told,
                _ => {
                    let record = Observation::Record { info: Box::new(info.clone()), source: Source::List };
                    news.observations.push(record);
                    info.updated
                }
            };
            self.listed.insert(key, Listed { info, told });
        }
        let mut missing = BTreeMap::new();
        for run in live.iter().filter(|run| should_be_listed(run)) {
            if self.lists(run) {
                if run.unmanaged || run.unlisted {
                    news.observations.extend(listing(run, Listing::Listed, now));
                }
                continue;
            }
            let times = self.missing.get(&run.key).map_or(1, |times| times + 1);
            missing.insert(run.key.clone(), times);
            if !run.unmanaged || times.is_multiple_of(UNMANAGED_LISTS) {
                news.missing.insert(run.key.clone());
            }
        }
        self.missing = missing;
        news
    }

    /// What a look-up of a run tells about its being managed: it goes on and is in no list.
    pub fn unmanaged(&self, run: &LiveRun, info: &TaskInfo, now: Timestamp) -> Option<Observation> {
        let is_missing = self.missing.get(&run.key).is_some_and(|times| *times >= MISSING_LISTS);
        let goes_on = info.state.is_active() && run.instance_id.as_ref() == Some(&info.instance_id);
        (is_missing && goes_on && !run.unmanaged).then(|| listing(run, Listing::Unmanaged, now)).flatten()
    }

    /// Marks a run as listed no longer, if it goes on and neither a list nor an event has explained it.
    pub fn mark_missing(&self, run: &LiveRun, now: Timestamp) -> Option<Observation> {
        let is_unexplained = should_be_listed(run) && !run.unlisted && !run.unmanaged && !self.lists(run);
        is_unexplained.then(|| listing(run, Listing::Missing, now)).flatten()
    }

    /// The tasks of the last list.
    pub fn iter(&self) -> impl Iterator<Item = &TaskInfo> {
        self.listed.values().map(|listed| &listed.info)
    }

    fn lists(&self, run: &LiveRun) -> bool {
        self.listed.get(&run.key).is_some_and(|listed| run.instance_id.as_ref() == Some(&listed.info.instance_id))
    }
}

fn should_be_listed(run: &LiveRun) -> bool {
    run.phase == Phase::Active && run.state.as_ref().is_some_and(|state| state.is_active())
}

fn tells_more(old: &Listed, new: &TaskInfo) -> bool {
    let same = TaskInfo { updated: new.updated, ..old.info.clone() } == *new;
    !same || new.updated.since(old.told) >= HEARTBEAT
}

fn listing(run: &LiveRun, listing: Listing, at: Timestamp) -> Option<Observation> {
    let instance_id = run.instance_id.clone()?;
    Some(Observation::Listing { key: run.key.clone(), instance_id, listing, at })
}
