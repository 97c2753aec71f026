//! The leader's side: reports into records and events, the regular look at runners, and what executors publish
//! (contract 5.4, 5.6, 5.7).

use super::{Controller, Deadline, RUNNER_CHECK, TAKE_OVER};
use crate::{
    RunId,
    event_store::Subject,
    lifecycle::{Signal, Tracked},
    runners::KillJob,
    task_table::Acceptance,
};
use model::{TaskKey, TaskState};
use std::time::Duration;

/// Silence after which a task is LOST (contract 5.6).
const LOST_AFTER: Duration = Duration::from_secs(60);

impl Controller {
    /// Stores a report; a changed state raises an event. A task that runs without a runner is killed (contract 5.6).
    pub(super) fn accept(&mut self, run: RunId, reported: Tracked) {
        let info = reported.info();
        let (key, running) = (info.key(), info.state == TaskState::Running);
        let event = Subject::task(info);
        match self.tasks.accept(run, reported) {
            Acceptance::Ignored => return,
            Acceptance::Final => {
                self.stop(run);
                return;
            }
            Acceptance::Refreshed => {}
            Acceptance::Changed => {
                self.events.raise(self.seed, self.now, event);
                self.touch(&key);
                if running && self.runners.get(&key).is_none() {
                    let timeout = self.options.cluster_op_timeout.to_std();
                    self.runners.adopt(key.clone(), KillJob { timeout, sent: false });
                }
            }
        }
        if running {
            self.send_kill(&key);
        }
    }

    /// Every 5 s, but not in maintenance: runners of ended tasks go, silent tasks are LOST, without an event.
    pub(super) fn check_runners(&mut self) {
        self.timers.set(self.now + RUNNER_CHECK, Deadline::CheckRunners);
        if self.in_maintenance(self.now) {
            return;
        }
        let reported: Vec<TaskKey> = self.runners.reported().cloned().collect();
        for key in reported {
            // Without a record the runner never ends by itself (contract 2.2).
            let Some(info) = self.tasks.get(&key) else { continue };
            if info.state.is_terminal() {
                self.runners.remove(&key);
            } else if self.now.since(info.updated) > LOST_AFTER {
                let now = self.now;
                self.tasks.change(&key, |tracked| tracked.advance(Signal::Silence, now));
                self.runners.remove(&key);
                self.touch(&key);
            }
        }
    }

    /// Every 10 s: takes over what executors published. They publish at every second time, and when a run begins or
    /// ends.
    pub(super) fn take_over(&mut self, clock: u64) {
        if clock != self.take_over_clock {
            return;
        }
        self.take_overs += 1;
        self.timers.set(self.now + TAKE_OVER, Deadline::TakeOver { clock });
        if self.take_overs.is_multiple_of(2) {
            self.publish_all();
        }
        self.take_over_published();
    }

    /// Takes over everything published now.
    pub(super) fn take_over_published(&mut self) {
        for index in 0..self.pool.len() {
            let Some(node) = self.pool.get_mut(index) else { continue };
            for (run, tracked) in node.take_over(|tracked| self.tasks.wants(tracked)) {
                self.accept(run, tracked);
            }
        }
        self.pool.refresh_validation(self.now);
    }

    /// All executors publish what they have in memory; that is each task's heartbeat.
    pub(super) fn publish_all(&mut self) {
        for index in 0..self.pool.len() {
            if self.pool.get(index).is_some_and(|node| node.reachable()) {
                self.publish(index);
            }
        }
    }

    pub(super) fn publish(&mut self, index: usize) {
        let Some(node) = self.pool.get_mut(index) else { return };
        node.heartbeat(self.now);
        for (run, state) in self.runs.iter_mut().filter(|(_, state)| state.node == index) {
            state.tracked.heartbeat(self.now);
            node.publish(run, state.tracked.clone(), self.now);
        }
    }
}
