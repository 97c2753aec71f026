//! Blacklisting executors and taking it back (contract 2.6). One such operation at a time in the whole cluster; it is
//! answered when the change is visible, 8 to 12 s later, or at once when nothing has to change.

use super::{Controller, Deadline};
use crate::{IN_MAINTENANCE, Output, Reject, Reply, Ticket, random::Stream};
use model::{BlacklistOperationResponse, EventType, ExecutorState};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, time::Duration};

/// How long an operation blocks, in milliseconds (contract 14).
const ANSWER_MILLIS: (u64, u64) = (8_000, 12_000);
/// From the answer until lists say BLACKLISTED.
const BLACKLISTED_AFTER: Duration = Duration::from_millis(8_500);

const UNDERWAY: &str = "A blacklisting related operation is underway already. Will not accept new requests";
const NOT_SENT: &str = "Blacklisting messages could not be sent to any of the executors.";
const BLACKLISTED: &str = "Blacklisting successful and app movement scheduled";
const UNBLACKLISTED: &str = "Unblacklisting successful for all executors";
const UNBLACKLISTED_SOME: &str = "Unblacklisting successful for some executors. Check logs for details.";

/// An operation that has not been answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Blacklisting {
    ticket: Ticket,
    /// What the executors become when it is answered.
    becoming: ExecutorState,
    nodes: BTreeSet<usize>,
    answer: BlacklistOperationResponse,
}

impl Controller {
    pub(super) fn blacklist(&mut self, ids: Vec<String>) -> Result<Reply, Reject> {
        if let Some(early) = self.cannot_blacklist(&ids) {
            return early;
        }
        let (nodes, failed) = self.partition(ids, |state| *state == ExecutorState::Active);
        if nodes.is_empty() {
            return Ok(Reply::Blacklist(answer(BTreeSet::new(), failed, NOT_SENT)));
        }
        for index in &nodes {
            if let Some(node) = self.pool.get_mut(*index) {
                node.request_state(ExecutorState::BlacklistRequested);
            }
            self.raise_for_executor(EventType::ExecutorBlacklistRequested, *index);
        }
        Ok(self.begin(ExecutorState::BlacklistRequested, nodes, failed, BLACKLISTED))
    }

    pub(super) fn unblacklist(&mut self, ids: Vec<String>) -> Result<Reply, Reject> {
        if let Some(early) = self.cannot_blacklist(&ids) {
            return early;
        }
        let (nodes, failed) = self.partition(ids, |state| *state != ExecutorState::Removed);
        let message = if failed.is_empty() { UNBLACKLISTED } else { UNBLACKLISTED_SOME };
        let inactive = |index: &usize| self.pool.get(*index).is_some_and(|n| *n.state() != ExecutorState::Active);
        let changing: BTreeSet<usize> = nodes.iter().copied().filter(inactive).collect();
        if changing.is_empty() {
            return Ok(Reply::Blacklist(answer(self.names(&nodes), failed, message)));
        }
        for index in &changing {
            self.raise_for_executor(EventType::ExecutorUnBlacklisted, *index);
        }
        Ok(self.begin(ExecutorState::Active, nodes, failed, message))
    }

    /// The change is visible: lists show it, and the caller is answered.
    pub(super) fn answer_blacklisting(&mut self, ticket: Ticket) {
        let Some(operation) = self.blacklisting.take_if(|operation| operation.ticket == ticket) else { return };
        for index in &operation.nodes {
            let Some(node) = self.pool.get_mut(*index).filter(|n| *n.state() != ExecutorState::Removed) else {
                continue;
            };
            node.set_state(operation.becoming.clone());
            if operation.becoming == ExecutorState::BlacklistRequested {
                self.timers.set(self.now + BLACKLISTED_AFTER, Deadline::Blacklisted { node: *index });
                self.raise_for_executor(EventType::ExecutorBlacklisted, *index);
            }
        }
        self.pool.refresh_validation(self.now);
        self.outputs.push_back(Output::Completed(ticket, operation.answer));
    }

    /// Lists say BLACKLISTED from now on.
    pub(super) fn blacklisted(&mut self, index: usize) {
        let requested = |node: &&mut crate::executor_pool::Node| *node.state() == ExecutorState::BlacklistRequested;
        if let Some(node) = self.pool.get_mut(index).filter(requested) {
            node.set_state(ExecutorState::Blacklisted);
            self.pool.refresh_validation(self.now);
        }
    }

    fn cannot_blacklist(&self, ids: &[String]) -> Option<Result<Reply, Reject>> {
        if self.in_maintenance(self.now) {
            return Some(Err(Reject::Failed(IN_MAINTENANCE.to_owned())));
        }
        let failed = ids.iter().cloned().collect();
        self.blacklisting.is_some().then(|| Ok(Reply::Blacklist(answer(BTreeSet::new(), failed, UNDERWAY))))
    }

    /// The executors among `ids` whose state passes, and the names of all others.
    fn partition(
        &self,
        ids: Vec<String>,
        passes: impl Fn(&ExecutorState) -> bool,
    ) -> (BTreeSet<usize>, BTreeSet<String>) {
        let mut nodes = BTreeSet::new();
        let mut failed = BTreeSet::new();
        for id in ids {
            match self.pool.find(&id).filter(|index| self.pool.get(*index).is_some_and(|n| passes(n.state()))) {
                Some(index) => {
                    nodes.insert(index);
                }
                None => {
                    failed.insert(id);
                }
            }
        }
        (nodes, failed)
    }

    fn begin(
        &mut self,
        becoming: ExecutorState,
        nodes: BTreeSet<usize>,
        failed: BTreeSet<String>,
        message: &str,
    ) -> Reply {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        let millis = Stream::general(self.seed, "blacklisting", self.tickets).between(ANSWER_MILLIS.0, ANSWER_MILLIS.1);
        let answer = answer(self.names(&nodes), failed, message);
        self.blacklisting = Some(Blacklisting { ticket, becoming, nodes, answer });
        self.timers.set(self.now + Duration::from_millis(millis), Deadline::AnswerBlacklisting { ticket });
        Reply::Wait(ticket)
    }

    fn names(&self, nodes: &BTreeSet<usize>) -> BTreeSet<String> {
        nodes.iter().filter_map(|index| self.pool.get(*index)).map(|node| node.id().0.clone()).collect()
    }
}

fn answer(successful: BTreeSet<String>, failed: BTreeSet<String>, message: &str) -> BlacklistOperationResponse {
    BlacklistOperationResponse { successful, failed, approx_completion_time_ms: 0, message: message.to_owned() }
}
