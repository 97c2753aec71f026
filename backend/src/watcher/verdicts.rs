//! Why a task fits nowhere, told to the ledger at the moment in which it gives a task up.

use model::{
    TaskKey, TaskSpec,
    fit::{ClusterView, Demand, Matrix, evaluate, place},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many open submissions are counted: more cannot be placed at once on any cluster this dashboard is for.
const PENDING_AT_MOST: usize = 256;

/// The executors as the watcher last saw them. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct VerdictSource {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Without open submissions; nothing until executors were read.
    view: Option<ClusterView>,
    pending: Vec<(TaskKey, Demand)>,
    /// Verdicts on this view: after a burst many tasks ask for the same.
    given: Vec<(Demand, Matrix)>,
}

impl VerdictSource {
    /// A newer view: `view` without open submissions, and those.
    pub fn renew(&self, view: ClusterView, pending: Vec<(TaskKey, Demand)>) {
        let known = !view.executors.is_empty();
        *self.lock() = State { view: known.then_some(view), pending, given: Vec::new() };
    }

    /// The verdict on every executor at this moment.
    pub fn verdict(&self, spec: &TaskSpec) -> Option<Matrix> {
        let demand = Demand::of(spec);
        let mut state = self.lock();
        if let Some((_, matrix)) = state.given.iter().find(|(known, _)| *known == demand) {
            return Some(matrix.clone());
        }
        let mut view = state.view.clone()?;
        let key = spec.key();
        count_pending(&mut view, state.pending.iter().filter(|(pending, _)| *pending != key).map(|(_, demand)| demand));
        let matrix = evaluate(spec, &view);
        state.given.push((demand, matrix.clone()));
        Some(matrix)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts each demand where it would be placed.
pub fn count_pending<'a>(view: &mut ClusterView, pending: impl Iterator<Item = &'a Demand>) {
    for demand in pending.take(PENDING_AT_MOST) {
        let spot = view.executors.iter_mut().find_map(|executor| place(demand, executor).map(|node| (executor, node)));
        if let Some((executor, node)) = spot {
            executor.take(&demand.app, node, demand.cores, demand.memory_mb);
        }
    }
}
