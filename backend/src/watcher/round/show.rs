//! From what was read to the picture that everybody sees.

use super::{Round, RoundError};
use crate::watcher::{ClusterPicture, verdicts::count_pending};
use model::{
    ExecutorState, TaskInfo, TaskKey,
    dashboard::{ClusterStatus, Phase},
    fit::{ClusterView, Demand},
};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// Hints of the embedded core come far more often than anybody wants to see the executors.
const SHOWN_EVERY: Duration = Duration::from_millis(250);

impl Round {
    /// Shows what was read, also when a part of it could not be.
    pub(super) async fn finish(&mut self, read: Result<bool, RoundError>) -> Result<bool, RoundError> {
        if let Err(RoundError::Cluster(error)) = &read {
            self.status.failed(error, self.clock.now());
        }
        let is_due = self.shown.is_none_or(|shown| shown.elapsed() >= SHOWN_EVERY);
        if is_due || read.is_err() || !self.config.embedded {
            self.show();
            self.shown = Some(Instant::now());
        }
        read
    }

    /// The executors as placement sees them now, for pages and for the ledger's conclusions.
    pub(super) fn renew_verdicts(&self) -> ClusterView {
        let active: Vec<TaskInfo> = self.tasks.iter().cloned().collect();
        let pending: Vec<(TaskKey, Demand)> = self
            .ledger
            .live_runs(|run| run.spec.is_some())
            .into_iter()
            .filter_map(|run| Some((run.key, Demand::of(run.spec.as_deref()?))))
            .collect();
        let mut view = ClusterView::assemble(self.clock.now(), self.executors.details(), &active, &[]);
        self.verdicts.renew(view.clone(), pending.clone());
        count_pending(&mut view, pending.iter().map(|(_, demand)| demand));
        view
    }

    pub(super) fn show(&self) {
        let view = self.renew_verdicts();
        let now = self.clock.now();
        let executors = self.executors.all();
        let active = executors.iter().filter(|executor| executor.summary.state == ExecutorState::Active).count();
        let goes_on = self.ledger.count_live(|run| run.phase == Phase::Active);
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let status = ClusterStatus {
            name: self.config.cluster.clone(),
            simulated: self.config.embedded,
            kill_before_running: self.config.embedded,
            leader: self.status.leader(),
            maintenance: self.status.maintenance(now),
            stale: self.status.stale(),
            not_recording: self.ledger.trouble().borrow().as_ref().map(ToString::to_string),
            clock_paused: self.clock.paused(),
            active_tasks: count(goes_on),
            active_executors: count(active),
            executors: count(executors.len()),
        };
        let picture = ClusterPicture { status, executors, view };
        self.picture.send_if_modified(|shown| {
            let is_new = !picture.looks_like(shown);
            *shown = Arc::new(picture);
            is_new
        });
    }
}
