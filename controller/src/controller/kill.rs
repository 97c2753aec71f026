//! KILL and DELETE (contract 2.2, 5.6; design section 3, KILL).

use super::{Controller, Deadline};
use crate::{
    Effect, Output, Reject, Reply, RunId,
    runners::{KillJob, Runner},
};
use model::{ClusterOpSpec, DroveDuration, TaskKey, TaskState};
use std::time::Duration;

/// A kill job without a record fails three times, 1 s apart, and takes the runner with it.
const FAILING_KILL: Duration = Duration::from_secs(2);

impl Controller {
    pub(super) fn kill(&mut self, key: &TaskKey, op: &ClusterOpSpec) -> Result<Reply, Reject> {
        if self.in_maintenance(self.now) {
            return Err(Reject::in_maintenance());
        }
        let accepted = Ok(Reply::Accepted { task_id: key.id.0.clone() });
        let Some(runner) = self.runners.get_mut(key) else { return Err(Reject::not_running(key)) };
        if runner.kill.is_some() {
            return accepted;
        }
        if runner.create.is_some() {
            self.cancel_placing(key);
            return accepted;
        }
        let nth = runner.nth;
        runner.kill = Some(KillJob { timeout: op.timeout.map(DroveDuration::to_std).unwrap_or_default(), sent: false });
        if self.tasks.get(key).is_none() {
            self.timers.set(self.now + FAILING_KILL, Deadline::DropRunner { key: key.clone(), nth });
        }
        self.send_kill(key);
        accepted
    }

    /// Tells the executor to kill, if a kill is wanted and the task is known to run; otherwise the job waits. Telling it
    /// twice does no harm, and reaches an executor that was silent the first time.
    pub(super) fn send_kill(&mut self, key: &TaskKey) {
        let running = self.tasks.get(key).is_some_and(|info| info.state == TaskState::Running);
        let Some(Runner { nth, kill: Some(job), .. }) = self.runners.get_mut(key).filter(|_| running) else { return };
        if !job.sent {
            job.sent = true;
            let deadline = Deadline::KillOver { key: key.clone(), nth: *nth };
            self.timers.set(self.now + job.timeout, deadline);
        }
        if let Some(run) = self.tasks.run(key) {
            self.stop(run);
        }
    }

    /// STOP_TASK: only a container that runs can be killed, and only once.
    pub(super) fn stop(&mut self, run: RunId) {
        let Some(state) = self.runs.get_mut(run) else { return };
        let reachable = self.pool.get(state.node).is_some_and(|node| node.reachable());
        if reachable && !state.stopping && state.tracked.info().state == TaskState::Running {
            state.stopping = true;
            self.effects.push_back(Effect::Kill { run });
        }
    }

    /// The kill took longer than its timeout: the job ends, and another KILL may be sent.
    pub(super) fn kill_over(&mut self, key: &TaskKey, nth: u32) {
        if let Some(runner) = self.runners.get_mut(key).filter(|runner| runner.nth == nth) {
            runner.kill = None;
        }
    }

    /// The leader lets go of a task that may run on; a task being placed is not touched.
    pub(super) fn drop_runner(&mut self, key: &TaskKey, nth: u32) {
        let lost = self.runners.get(key).is_some_and(|runner| runner.nth == nth && runner.create.is_none());
        let ended = self.tasks.get(key).is_some_and(|info| info.state.is_terminal());
        if lost && !ended {
            self.runners.remove(key);
            self.touch(key);
        }
    }

    /// DELETE: the record goes, the container does not notice; an unknown key is success too.
    pub(super) fn delete(&mut self, key: &TaskKey) {
        let file = self.log_key(key);
        let Some(run) = self.tasks.remove(key) else { return };
        self.touch(key);
        // A run that goes on brings its record back, which leads to its log.
        if let Some(file) = file.filter(|_| self.runs.get(run).is_none()) {
            self.logs.let_go(file, self.now);
        }
    }

    /// A KILL before any record: remaining attempts are dropped, no record, no event.
    fn cancel_placing(&mut self, key: &TaskKey) {
        let Some(runner) = self.runners.remove(key) else { return };
        if let Some(placed) = runner.create.and_then(|job| job.placed) {
            self.unlock(placed.node, &placed.allocation);
        }
        self.outputs.push_back(Output::AttemptsEnded(key.clone()));
    }
}
