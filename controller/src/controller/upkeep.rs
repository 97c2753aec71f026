//! What goes on by itself: maintenance and its tail, purging, forgetting, figures, and waking up after an absence
//! (contract 2.5, 2.7, 2.8, 5.9; design section 2, Time and chance).

use super::{Controller, Deadline, FORGET_EVENTS, SUMMARY, TAKE_OVER};
use crate::{Options, Output, Reply, event_store::Subject, figures::Figures};
use model::{ClusterState, ClusterStateData, EventType, MAINTENANCE_TAIL, Timestamp};

impl Controller {
    /// Operations are refused at `now`: in maintenance, and 40 s after its state was last written (contract 2.5).
    pub fn in_maintenance(&self, now: Timestamp) -> bool {
        self.state.state != ClusterState::Normal || now.since(self.state.updated) < MAINTENANCE_TAIL
    }

    /// State of the cluster and when it was last written.
    pub fn state(&self) -> &ClusterStateData {
        &self.state
    }

    pub(super) fn set_state(&mut self, state: ClusterState, event: EventType) -> Reply {
        self.state = ClusterStateData { state, updated: self.now };
        let subject = Subject::Cluster { kind: event, hostname: self.leader.0.clone() };
        self.events.raise(self.seed, self.now, subject);
        Reply::Cluster(self.state.clone())
    }

    pub(super) fn summarise(&mut self) {
        self.timers.set(self.now + SUMMARY, Deadline::Summarise);
        self.figures = Figures::compute(self);
    }

    pub(super) fn forget_events(&mut self) {
        self.timers.set(self.now + FORGET_EVENTS, Deadline::ForgetEvents);
        self.events.forget(self.now, self.options.max_events_storage_duration.to_std());
    }

    /// Other options from now on. Old records are looked for at once, as Drove does at each start, and then at the new
    /// interval.
    pub(super) fn set_options(&mut self, options: Options) {
        self.options = options;
        self.purge_clock += 1;
        self.purge(self.purge_clock);
    }

    /// Ended tasks whose last report is older than `staleTaskAge` lose their record and their log; so do logs without a record.
    pub(super) fn purge(&mut self, clock: u64) {
        if clock != self.purge_clock {
            return;
        }
        self.timers.set(self.now + self.options.stale_check_interval.to_std(), Deadline::Purge { clock });
        let limit = self.now - self.options.stale_task_age.to_std();
        while let Some(key) = self.tasks.oldest_ended_before(limit) {
            let log = self.log_number(&key);
            if let Some(file) = self.log_key(&key) {
                self.logs.remove(&file);
            }
            self.tasks.remove(&key);
            self.outputs.extend(log.map(|run| Output::RemoveLogs { run }));
            self.touch(&key);
        }
        while let Some(run) = self.logs.remove_unreachable(limit) {
            self.outputs.push_back(Output::RemoveLogs { run });
        }
    }

    /// The process was not there until `now`: shifts all deadlines and last-report times by the gap, and takes over
    /// the executors' figures at once, so that the next take-over is 10 s away (design section 3).
    pub fn resume(&mut self, now: Timestamp) {
        let gap = now.since(self.now);
        self.now = self.now.max(now);
        self.timers.shift(gap);
        self.tasks.shift(gap);
        self.runs.shift(gap);
        self.publish_all();
        self.take_over_published();
        self.take_over_clock += 1;
        self.timers.set(self.now + TAKE_OVER, Deadline::TakeOver { clock: self.take_over_clock });
    }
}
