//! From what was read to the picture that everybody sees.

use super::{Round, RoundError};
use crate::watcher::{ClusterPicture, shared::Seen, verdicts::count_pending};
use model::{
    ExecutorState, InstanceId, TaskInfo, TaskKey,
    dashboard::{ClusterStatus, Phase},
    fit::{ClusterView, Demand},
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::time::Instant;

/// Hints of the embedded core come far more often than anybody wants to see the executors.
const SHOWN_EVERY: Duration = Duration::from_millis(250);

impl Round {
    /// Shows what was read, also when a part of it could not be.
    pub(super) async fn finish(&mut self, read: Result<bool, RoundError>) -> Result<bool, RoundError> {
        let is_due = self.shown.is_none_or(|shown| shown.elapsed() >= SHOWN_EVERY);
        if is_due || read.is_err() || !self.config.embedded {
            self.show();
            self.shown = Some(Instant::now());
        }
        read
    }

    /// The executors as placement sees them now, for pages and for the ledger's conclusions.
    pub(super) fn renew_verdicts(&self) -> ClusterView {
        let mut active: Vec<TaskInfo> = self.tasks.iter().cloned().collect();
        // Orphans are in no list, and take room all the same.
        let listed: BTreeSet<InstanceId> = active.iter().map(|task| task.instance_id.clone()).collect();
        let held = self.executors.details().flat_map(|detail| &detail.tasks).filter(|task| {
            !task.state.is_terminal()
                && !listed.contains(&task.instance_id)
                && !self.ledger.has_stopped(&task.instance_id)
        });
        active.extend(held.cloned());
        let pending: Vec<(TaskKey, Demand)> = self
            .ledger
            .live_runs(|run| run.spec.is_some())
            .into_iter()
            .filter_map(|run| Some((run.key, Demand::of(run.spec.as_deref()?))))
            .collect();
        let view = ClusterView::assemble(self.clock.now(), self.executors.details(), &active, &[]);
        let mut view = view.with_unread(self.executors.unread());
        self.verdicts.renew(view.clone(), pending.clone());
        count_pending(&mut view, pending.iter().map(|(_, demand)| demand));
        view
    }

    /// Shows pages, and other replicas, what is known.
    pub(super) fn show(&mut self) {
        let picture = Arc::new(self.seen.as_ref().map_or_else(|| self.own_picture(), |seen| self.picture_of(seen)));
        self.picture.send_if_modified(|shown| {
            let is_new = !picture.looks_like(shown);
            *shown = picture.clone();
            is_new
        });
        if self.records {
            let (showing, now) = (&mut self.showing, self.clock.now());
            self.ledger.share_picture(|| showing.next(&picture, now));
        }
    }

    /// Shows what the replica that watches has shown. Whether it did so a moment ago.
    pub fn show_shared(&mut self, shared: &str) -> bool {
        match Seen::read(shared, self.clock.now(), self.seen.take()) {
            Ok(seen) => {
                let is_fresh = seen.is_fresh;
                self.seen = Some(seen);
                self.show();
                is_fresh
            }
            Err(error) => {
                tracing::warn!(%error, "what another replica shows of the cluster cannot be read: is it as new as this one?");
                false
            }
        }
    }

    /// What another replica sees, with what is known here only.
    fn picture_of(&self, seen: &Seen) -> ClusterPicture {
        let picture = seen.picture(&self.status);
        self.verdicts.renew(picture.view.clone(), Vec::new());
        picture
    }

    fn own_picture(&self) -> ClusterPicture {
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
            // The hub adds it: what other replicas read says nothing about this one's ledger.
            not_recording: None,
            clock_paused: self.clock.paused(),
            clock_step: None,
            clock_ahead_ms: self.client.upstream().clock().ahead_ms(),
            active_tasks: count(goes_on),
            active_executors: count(active),
            executors: count(executors.len()),
        };
        ClusterPicture { status, executors, view }
    }
}
