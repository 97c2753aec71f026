//! Reads from the ledger what changed, once for all subscriptions.

use crate::ledger::Ledger;
use model::dashboard::TaskRow;
use std::{sync::Arc, time::Duration};
use tokio::sync::broadcast;
use tracing::Instrument;

/// Rows read at a time.
const BATCH: usize = 1000;
/// Batches a subscription may be behind before it starts afresh.
const BACKLOG: usize = 64;
/// Pause after the ledger could not be read.
const RETRY: Duration = Duration::from_secs(1);

/// Rows that changed, oldest change first.
pub(super) type Batch = Arc<[TaskRow]>;

/// Hands out what changes. Cheap to clone.
#[derive(Clone)]
pub(super) struct Feed {
    batches: broadcast::Sender<Batch>,
}

impl Feed {
    /// Begins to read at the ledger's present revision; ends with the ledger.
    pub fn start(ledger: Ledger) -> Self {
        let (batches, _) = broadcast::channel(BACKLOG);
        tokio::spawn(run(ledger, batches.clone()).in_current_span());
        Self { batches }
    }

    /// What changes from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Batch> {
        self.batches.subscribe()
    }
}

async fn run(ledger: Ledger, batches: broadcast::Sender<Batch>) {
    let mut changes = ledger.changes();
    let mut read_to = *changes.borrow_and_update();
    while changes.changed().await.is_ok() {
        let committed = *changes.borrow_and_update();
        if !ledger.is_open() {
            // Snapshots show what it holds already.
            read_to = committed;
        }
        while read_to < committed {
            match ledger.rows_changed_since(read_to, BATCH).await {
                Ok(rows) => {
                    let whole = rows.len() < BATCH;
                    let last = rows.last().map_or(committed, |row| row.revision);
                    read_to = if whole { last.max(committed) } else { last };
                    // Without subscriptions nobody listens.
                    let _ = batches.send(rows.into());
                }
                Err(error) => {
                    tracing::warn!(%error, "the ledger cannot be read: pages wait");
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }
}
