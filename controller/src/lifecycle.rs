//! The states of a run as data (contract 5.3). [`Tracked`] keeps its record to itself: nothing else can set a state.

use crate::InstanceOrder;
use model::{ExecutableInfo, ResourceAllocation, TaskInfo, TaskResult, TaskResultStatus, TaskState, Timestamp};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// What moves a run from one state to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Validated,
    ImagePulled,
    PullFailed,
    ContainerStarted,
    StartFailed,
    ContainerEnded,
    ContainerRemoved,
    ImageReleased,
    /// Nothing was heard for 60 s (contract 5.6).
    Silence,
}

/// Every transition there is.
static TRANSITIONS: [(TaskState, Signal, TaskState); 19] = {
    use Signal::*;
    use TaskState::*;
    [
        (Pending, Validated, Provisioning),
        (Provisioning, ImagePulled, Starting),
        (Provisioning, PullFailed, ProvisioningFailed),
        (Starting, ContainerStarted, Running),
        (Starting, StartFailed, RunFailed),
        (Running, ContainerEnded, RunCompleted),
        (RunCompleted, ContainerRemoved, Deprovisioning),
        (RunFailed, ContainerRemoved, Deprovisioning),
        (ProvisioningFailed, ContainerRemoved, Deprovisioning),
        (Deprovisioning, ImageReleased, Stopped),
        (Pending, Silence, Lost),
        (Provisioning, Silence, Lost),
        (ProvisioningFailed, Silence, Lost),
        (Starting, Silence, Lost),
        (Running, Silence, Lost),
        (RunCompleted, Silence, Lost),
        (RunFailed, Silence, Lost),
        (Deprovisioning, Silence, Lost),
        (Unknown, Silence, Lost),
    ]
};

/// The state that follows, if the signal means anything in this one.
pub(crate) fn next(state: &TaskState, signal: Signal) -> Option<TaskState> {
    TRANSITIONS.iter().find(|(from, on, _)| from == state && *on == signal).map(|(_, _, to)| to.clone())
}

/// A run's record together with the right to change it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Tracked {
    info: TaskInfo,
}

impl Tracked {
    /// The executor registers a run: PENDING, `created` now (contract 2.3).
    pub(crate) fn register(order: &InstanceOrder, now: Timestamp) -> Self {
        let spec = &order.spec;
        let executable = spec.executable.as_ref().map(|executable| ExecutableInfo {
            kind: "DOCKER".to_owned(),
            url: executable.url.clone(),
            docker_pull_timeout: executable.docker_pull_timeout,
        });
        let resources = vec![
            ResourceAllocation::Cpu { cores: BTreeMap::from([(order.numa, order.cores.clone())]) },
            ResourceAllocation::Memory { memory_in_mb: BTreeMap::from([(order.numa, spec.memory_mb())]) },
        ];
        Self {
            info: TaskInfo {
                source_app_name: order.key.app.clone(),
                task_id: order.key.id.clone(),
                instance_id: order.instance_id.clone(),
                executor_id: order.executor_id.clone(),
                hostname: None,
                executable,
                resources,
                volumes: spec.volumes.clone(),
                logging_spec: spec.logging.clone(),
                env: spec.env.clone(),
                state: TaskState::Pending,
                metadata: BTreeMap::new(),
                task_result: None,
                error_message: String::new(),
                created: now,
                updated: now,
            },
        }
    }

    /// The record.
    pub(crate) fn info(&self) -> &TaskInfo {
        &self.info
    }

    /// Follows a signal; false, and nothing changes, if it means nothing in the present state.
    pub(crate) fn advance(&mut self, signal: Signal, now: Timestamp) -> bool {
        let Some(state) = next(&self.info.state, signal) else { return false };
        if signal == Signal::Silence {
            self.end(TaskResultStatus::Lost, -1, "Instance lost");
        }
        // A report counts only if it is strictly newer than the stored one (contract 5.4); PENDING is never reported.
        let reported = self.info.state != TaskState::Pending;
        let least = if reported { self.info.updated + Duration::from_millis(1) } else { self.info.updated };
        self.info.updated = now.max(least);
        self.info.state = state;
        true
    }

    /// The machine's name is known once the container exists (contract 2.3).
    pub(crate) fn set_hostname(&mut self, hostname: &str) {
        self.info.hostname = Some(hostname.to_owned());
    }

    /// How the run ended, and what went wrong (contract 5.3, outcome table).
    pub(crate) fn end(&mut self, status: TaskResultStatus, exit_code: i64, error: impl Into<String>) {
        self.info.task_result = Some(TaskResult { status, exit_code });
        self.info.error_message = error.into();
    }

    /// What went wrong, without a result: a failed pull has none (contract 2.3).
    pub(crate) fn set_error(&mut self, error: impl Into<String>) {
        self.info.error_message = error.into();
    }

    /// The executor still knows the run.
    pub(crate) fn heartbeat(&mut self, now: Timestamp) {
        self.info.updated = self.info.updated.max(now);
    }

    /// Counts silence from a later time: the whole process was away for `gap`.
    pub(crate) fn shift(&mut self, gap: Duration) {
        if !self.info.state.is_terminal() {
            self.info.updated = self.info.updated + gap;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNALS: [Signal; 9] = [
        Signal::Validated,
        Signal::ImagePulled,
        Signal::PullFailed,
        Signal::ContainerStarted,
        Signal::StartFailed,
        Signal::ContainerEnded,
        Signal::ContainerRemoved,
        Signal::ImageReleased,
        Signal::Silence,
    ];

    #[test]
    fn ended_runs_never_move_and_all_others_can() {
        for state in TaskState::ALL {
            let moves = SIGNALS.iter().filter(|signal| next(state, **signal).is_some()).count();
            assert_eq!(moves == 0, state.is_terminal(), "{state}");
        }
    }

    #[test]
    fn no_transition_goes_back() {
        for (from, signal, to) in &TRANSITIONS {
            assert!(to.rank() > from.rank(), "{from} -{signal:?}-> {to}");
        }
    }

    #[test]
    fn no_pair_has_two_successors() {
        for state in TaskState::ALL {
            for signal in SIGNALS {
                let found = TRANSITIONS.iter().filter(|(from, on, _)| from == state && *on == signal).count();
                assert!(found <= 1, "{state} {signal:?}");
            }
        }
    }
}
