//! Executors that go silent and come back (contract 5.7).

use super::{Controller, Deadline};
use crate::{Reject, Reply};
use model::{EventType, ExecutorId, ExecutorState, Timestamp};

impl Controller {
    /// An executor goes silent: what it sends is lost from now on; its containers run on.
    pub(super) fn silence(&mut self, id: &ExecutorId) -> Result<Reply, Reject> {
        let (now, index) = (self.now, self.executor_index(id)?);
        let Some(node) = self.pool.get_mut(index).filter(|node| node.reachable()) else { return Ok(Reply::Done) };
        node.silent_since = Some(now);
        let after = self.options.stale_executor_age.to_std();
        self.timers.set(now + after, Deadline::DropExecutor { node: index, since: now });
        Ok(Reply::Done)
    }

    /// A silent executor is heard again: it publishes at once, and the next take-over sees it.
    pub(super) fn restore(&mut self, id: &ExecutorId) -> Result<Reply, Reject> {
        let index = self.executor_index(id)?;
        let Some(node) = self.pool.get_mut(index).filter(|node| !node.reachable()) else { return Ok(Reply::Done) };
        node.silent_since = None;
        if *node.state() == ExecutorState::Removed {
            node.set_state(ExecutorState::Active);
            self.raise_for_executor(EventType::ExecutorAdded, index);
        }
        self.publish(index);
        Ok(Reply::Done)
    }

    /// A silent executor is removed (contract 2.6); its tasks are LOST when their own time comes.
    pub(super) fn drop_executor(&mut self, index: usize, since: Timestamp) {
        let Some(node) = self.pool.get_mut(index).filter(|node| node.silent_since == Some(since)) else { return };
        node.set_state(ExecutorState::Removed);
        self.pool.refresh_validation(self.now);
        self.raise_for_executor(EventType::ExecutorRemoved, index);
    }

    fn executor_index(&self, id: &ExecutorId) -> Result<usize, Reject> {
        self.pool.find(id.as_str()).ok_or_else(|| Reject::Failed(format!("No executor found with id: {id}")))
    }
}
