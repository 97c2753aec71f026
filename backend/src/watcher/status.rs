//! The cluster's status: leader, maintenance, staleness.

use crate::drove_client::ClusterError;
use model::{
    ClusterState, ClusterSummary, DroveEvent, EventType, MAINTENANCE_TAIL, Timestamp,
    dashboard::{ClusterStatus, Maintenance, Stale},
};
use std::{collections::BTreeMap, time::Duration};

/// A summary may be so old (contract 2.5): for so long an event knows better.
const SUMMARY_LAG: Duration = Duration::from_secs(35);

/// What is read of a cluster, the most telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadKind {
    /// Events.
    Events,
    /// The list of active tasks.
    Tasks,
    /// The record of a task.
    Task,
    /// The list of executors.
    Executors,
    /// The detail of an executor.
    Executor,
    /// The summary of the cluster.
    Summary,
    /// The log of a run.
    Log,
}

impl ReadKind {
    /// What could not be read, if that is not everything.
    fn what(self) -> Option<&'static str> {
        match self {
            ReadKind::Events => None,
            ReadKind::Tasks => Some("the list of active tasks"),
            ReadKind::Task => Some("the record of a task"),
            ReadKind::Executors => Some("the list of executors"),
            ReadKind::Executor => Some("the detail of an executor"),
            ReadKind::Summary => Some("the state of the cluster"),
            ReadKind::Log => Some("the log of a task"),
        }
    }
}

/// What is known of the cluster as a whole.
#[derive(Debug, Default)]
pub struct Status {
    /// Whom the finder follows, by its configured address; absent while nobody told, which nobody does of the embedded core.
    followed: Option<Option<String>>,
    /// What controllers call themselves, by their configured addresses.
    names: BTreeMap<String, String>,
    /// The name in the last summary, which may be that of an earlier leader.
    summary_leader: Option<String>,
    /// The leader that was told to the ledger.
    told_leader: Option<String>,
    maintenance: Option<Maintenance>,
    /// When an event last told about maintenance.
    maintenance_told: Option<Timestamp>,
    /// When each kind of read last succeeded.
    last_good: BTreeMap<ReadKind, Timestamp>,
    /// Nothing was read yet.
    unread: Option<Stale>,
    /// Kinds of reads that failed since; whether nobody answered, which the next leader puts an end to.
    stale: BTreeMap<ReadKind, (Stale, bool)>,
    /// Since when no controller is known to lead.
    leaderless: Option<Timestamp>,
}

impl Status {
    /// Nothing was read by `now`.
    pub fn unread(now: Timestamp) -> Self {
        let reason = "the cluster has not been read yet".to_owned();
        Self { unread: Some(Stale { since: now, reason, partial: false }), ..Self::default() }
    }

    /// `host:port` of the leader. Whether there is one, the finder knows; a summary is up to 30 s old, and gives it its
    /// name at most.
    pub fn leader(&self) -> Option<String> {
        match &self.followed {
            None => self.summary_leader.clone(),
            Some(followed) => followed.as_ref().map(|address| self.names.get(address).unwrap_or(address).clone()),
        }
    }

    /// Why operations are refused at `now`, if they are.
    pub fn maintenance(&self, now: Timestamp) -> Option<Maintenance> {
        self.maintenance.clone().filter(|maintenance| maintenance.until.is_none_or(|until| now < until))
    }

    /// Why the data is old, if it is: that events cannot be read before anything else.
    pub fn stale(&self) -> Option<Stale> {
        self.stale.values().next().map(|(stale, _)| stale).or(self.unread.as_ref()).cloned()
    }

    /// Takes in an event by a clock that is ahead by so many milliseconds. Skips events that are not about maintenance.
    pub fn take_event(&mut self, event: &DroveEvent, ahead_ms: i64) {
        let at = Timestamp(event.time.millis().saturating_sub(ahead_ms));
        let until = (event.kind == EventType::MaintenanceModeRemoved).then(|| at + MAINTENANCE_TAIL);
        if until.is_none() && event.kind != EventType::MaintenanceModeSet {
            return;
        }
        self.maintenance = Some(Maintenance { since: at, until });
        self.maintenance_told = Some(at);
    }

    /// Takes in a summary. Returns the leader's name if it is another one than before.
    pub fn take_summary(&mut self, summary: &ClusterSummary, now: Timestamp) -> Option<String> {
        let knows_better = self.maintenance_told.is_none_or(|told| now.since(told) >= SUMMARY_LAG);
        if knows_better {
            match summary.state {
                ClusterState::Maintenance if self.maintenance(now).is_none() => {
                    self.maintenance = Some(Maintenance { since: now, until: None });
                }
                ClusterState::Normal if self.maintenance.as_ref().is_some_and(|m| m.until.is_none()) => {
                    self.maintenance = None;
                }
                ClusterState::Maintenance | ClusterState::Normal | ClusterState::Other(_) => {}
            }
        }
        self.summary_leader = Some(summary.leader.clone()).filter(|leader| leader.contains(':'));
        let name = self.summary_leader.clone().filter(|name| self.is_of_leader(name))?;
        if let Some(Some(address)) = &self.followed {
            self.names.insert(address.clone(), name.clone());
        }
        let is_new = self.told_leader.replace(name.clone()).is_none_or(|told| told != name);
        is_new.then_some(name)
    }

    /// The ledger may not have the leader yet: what was read was not recorded.
    pub fn forget_told_leader(&mut self) {
        self.told_leader = None;
    }

    /// Whether a summary's name is that of the leader that is followed, and not of one before it.
    fn is_of_leader(&self, name: &str) -> bool {
        match &self.followed {
            None => true,
            Some(None) => false,
            Some(Some(leader)) => !self.names.iter().any(|(address, known)| known == name && address != leader),
        }
    }

    /// Another controller is followed since `now`, by its configured address, or none. What it calls itself, the summary
    /// tells later.
    pub fn follow(&mut self, leader: Option<String>, now: Timestamp) {
        self.leaderless = leader.is_none().then(|| self.leaderless.unwrap_or(now));
        if leader.is_some() && !self.last_good.is_empty() {
            self.stale.retain(|_, (_, is_absent)| !*is_absent);
        }
        self.followed = Some(leader);
    }

    /// Puts right what another replica shows by what was heard here of who leads.
    pub fn put_right(&self, shown: &mut ClusterStatus) {
        if let Some(since) = self.leaderless {
            shown.leader = None;
            shown.stale.get_or_insert(ClusterError::NoLeader.staleness(since));
        } else if let Some(leader) = self.leader() {
            let is_leaderless = |stale: &Stale| stale.reason == ClusterError::NoLeader.to_string();
            shown.stale = shown.stale.take().filter(|stale| !is_leaderless(stale));
            shown.leader.get_or_insert(leader);
        }
    }

    /// A read succeeded that was asked for at `now`: what other reads lack stays as it is.
    pub fn answered(&mut self, kind: ReadKind, now: Timestamp) {
        self.unread = None;
        self.last_good.insert(kind, now);
        self.stale.remove(&kind);
    }

    /// A read failed.
    pub fn failed(&mut self, kind: ReadKind, error: &ClusterError, now: Timestamp) {
        if *error == ClusterError::NoLeader && self.followed.is_some() {
            // The hint that says so may be on its way.
            self.follow(None, now);
        }
        self.unread = None;
        let mut stale = error.staleness(self.last_good.get(&kind).copied().unwrap_or(now));
        if let ClusterError::Unauthorized { status, .. } = error {
            stale.reason = format!(
                "the cluster does not let the dashboard's own account read (status {status}): check the account of this \
                 cluster in the configuration"
            );
        } else if let Some(what) = kind.what().filter(|_| *error != ClusterError::NoLeader) {
            stale.partial = true;
            stale.reason = format!("{what} could not be read: {}", stale.reason);
        }
        // While it goes on failing, the data stays as old as it was at first.
        let entry = self.stale.entry(kind).or_insert_with(|| (stale.clone(), false));
        *entry = (Stale { since: entry.0.since, ..stale }, error.is_absence());
    }
}
