//! Limits of an orderly stop: together they keep it below 10 s, whatever hangs.

use crate::{ledger::Ledger, watcher::Watcher};
use std::time::Duration;
use tokio::time::timeout;

/// Time for responses in flight.
pub(super) const LAST_ANSWERS: Duration = Duration::from_secs(4);
/// Time for a watcher to record how far it has read.
const LAST_READS: Duration = Duration::from_secs(1);
/// Time for a ledger to store what it holds and to close its database.
const LAST_FACTS: Duration = Duration::from_secs(2);
/// Time for the embedded cluster to write a snapshot and to close its journal.
pub(super) const LAST_SNAPSHOT: Duration = Duration::from_millis(1500);

/// Waits for a part of a cluster to stop, at most for `limit`. Logs when it does not, and returns whether it did.
pub(super) async fn within(limit: Duration, cluster: &str, part: &str, stop: impl Future<Output = ()>) -> bool {
    let has_stopped = timeout(limit, stop).await.is_ok();
    if !has_stopped {
        tracing::warn!(cluster, part, "it did not stop within {} ms and is abandoned", limit.as_millis());
    }
    has_stopped
}

/// Stops what records a cluster: first the watcher, then the ledger it writes to.
pub(super) async fn recording(watcher: Watcher, ledger: &Ledger) {
    let cluster = ledger.cluster();
    within(LAST_READS, cluster, "watcher", watcher.stop()).await;
    if !within(LAST_FACTS, cluster, "ledger", ledger.close()).await {
        let reason = ledger.trouble().borrow().as_ref().map(ToString::to_string);
        tracing::error!(cluster, facts = ledger.unstored(), reason, "facts were not stored");
    }
}
