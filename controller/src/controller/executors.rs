//! The executors' side: the state machine of each run, driven by facts from the runtime (contract 5.3), and the log that
//! the executor writes about it (contract 2.4).

use super::Controller;
use crate::{
    Effect, Fact, InstanceOrder, Output, Report, RunId,
    executor_pool::{Allocation, Node},
    lifecycle::{Signal, Tracked},
    log_lines::LogText,
    logs::LogFile,
    runs::Run,
};
use model::{OUTPUT_LOG, TaskResultStatus};

impl Controller {
    /// An executor registers a run and begins to pull.
    pub(super) fn register(&mut self, order: &InstanceOrder, node_index: usize, allocation: Allocation) {
        let mut tracked = Tracked::register(order, self.now);
        tracked.advance(Signal::Validated, self.now);
        let mut log = LogText::at(self.now);
        log.validating();
        log.entered(tracked.info());
        if let Some(node) = self.pool.get_mut(node_index) {
            node.publish(order.run, tracked.clone(), self.now);
        }
        let file = self.logs.open((node_index, order.key.clone()), order.run);
        let run = Run {
            tracked: tracked.clone(),
            node: node_index,
            allocation,
            stopping: false,
            log_of: Some(file.first).filter(|first| *first != order.run),
            log_length: file.length,
            image_id: String::new(),
            container_id: String::new(),
        };
        self.runs.insert(order.run, run);
        self.write_log(order.run, log);
        self.accept(order.run, tracked);
    }

    /// Takes a fact about a run.
    pub(super) fn observe(&mut self, report: Report) {
        let Report { run, fact } = report;
        let Some(state) = self.runs.get_mut(run) else { return };
        let mut log = LogText::at(self.now);
        let info = state.tracked.info();
        let image = info.executable.as_ref().map(|e| e.url.clone()).unwrap_or_default();
        match fact {
            Fact::Pulling(progress) => {
                log.pulling(&image, &progress);
                self.write_log(run, log);
            }
            Fact::Output(lines) => {
                for line in &lines {
                    log.output(line);
                }
                self.write_log(run, log);
            }
            Fact::Pulled { image_id } => {
                log.pulled(&image, &image_id);
                state.image_id = image_id;
                self.advance(run, Signal::ImagePulled, log, Some(Effect::Start { run }));
            }
            Fact::PullFailed { error } => {
                log.failed("TaskExecutableFetchAction", &error);
                state.tracked.set_error(error);
                self.advance(run, Signal::PullFailed, log, Some(Effect::Remove { run }));
            }
            Fact::Started { container_id } => {
                state.container_id = container_id;
                if let Some(node) = self.pool.get(state.node) {
                    state.tracked.set_hostname(node.hostname());
                }
                log.created();
                self.advance(run, Signal::ContainerStarted, log, None);
            }
            Fact::StartFailed { error } => {
                log.failed("TaskRunAction", &error);
                state.tracked.end(TaskResultStatus::Failed, -1, error);
                self.advance(run, Signal::StartFailed, log, Some(Effect::Remove { run }));
            }
            Fact::Exited { code, oom_killed, started, finished } => {
                log.exited(info, code, oom_killed, (started, finished));
                match code {
                    0 => state.tracked.end(TaskResultStatus::Successful, 0, ""),
                    _ => {
                        let error = format!("Task instance exited with status: {code}");
                        state.tracked.end(TaskResultStatus::Failed, code, error);
                    }
                }
                self.advance(run, Signal::ContainerEnded, log, Some(Effect::Remove { run }));
            }
            Fact::Killed => {
                log.killed(info);
                state.tracked.end(TaskResultStatus::Cancelled, -1, "");
                self.advance(run, Signal::ContainerEnded, log, Some(Effect::Remove { run }));
            }
            Fact::Vanished { container_id } => {
                let error = format!("Task instance lost for container: {container_id}");
                log.failed("TaskMonitoringAction", &error);
                state.tracked.end(TaskResultStatus::Lost, -1, error);
                self.advance(run, Signal::ContainerEnded, log, Some(Effect::Remove { run }));
            }
            Fact::Removed => {
                if !state.container_id.is_empty() {
                    log.removed(&state.container_id);
                }
                self.advance(run, Signal::ContainerRemoved, log, Some(Effect::RemoveImage { run }));
            }
            Fact::ImageRemoved => {
                if !state.image_id.is_empty() {
                    log.kept_image(&state.image_id);
                }
                self.advance(run, Signal::ImageReleased, log, None);
            }
        }
    }

    /// Moves a run to its next state, does what belongs to it, and reports it to the leader, unless the executor is cut
    /// off.
    fn advance(&mut self, run: RunId, signal: Signal, mut log: LogText, effect: Option<Effect>) {
        let Some(state) = self.runs.get_mut(run) else { return };
        if !state.tracked.advance(signal, self.now) {
            return;
        }
        let tracked = state.tracked.clone();
        let node = state.node;
        let heard = self.pool.get(node).is_some_and(Node::reachable);
        log.entered(tracked.info());
        self.write_log(run, log);
        self.effects.extend(effect);
        let ended = tracked.info().state.is_terminal();
        if ended {
            self.forget(run);
        }
        if heard {
            self.accept(run, tracked);
        } else if ended && self.tasks.run(&tracked.info().key()) != Some(run) {
            // Nobody hears of the end: a record that was deleted meanwhile never comes back.
            self.logs.let_go((node, tracked.info().key()), self.now);
        }
    }

    /// A run ended: its executor gives back what it held and forgets it.
    fn forget(&mut self, run: RunId) {
        let Some(state) = self.runs.remove(run) else { return };
        let file = LogFile { first: state.log_of.unwrap_or(run), length: state.log_length };
        self.logs.grew((state.node, state.tracked.info().key()), file);
        let Some(node) = self.pool.get_mut(state.node) else { return };
        node.release(&state.allocation);
        node.withdraw(run, self.now);
    }

    fn write_log(&mut self, run: RunId, log: LogText) {
        let bytes = log.into_bytes();
        let Some(state) = self.runs.get_mut(run).filter(|_| !bytes.is_empty()) else { return };
        let offset = state.log_length;
        state.log_length += bytes.len() as u64;
        let run = state.log_of.unwrap_or(run);
        self.outputs.push_back(Output::Log { run, file: OUTPUT_LOG.to_owned(), offset, bytes });
    }
}
