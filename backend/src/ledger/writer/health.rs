//! Whether the ledger can be written: found out by each write, and by a probe when there is none.

use super::{RETRY_AFTER, Writer};
use crate::ledger::{LedgerError, published::Published, store};
use std::{pin::pin, time::Duration};
use tokio::time::{Instant, timeout};

/// A database that takes longer for one thing counts as one that cannot be written, until it is done.
const SLOW: Duration = Duration::from_secs(1);
/// A ledger that nothing was written to for so long is probed: a full disk or a lock shows before somebody needs it.
const PROBE_AFTER: Duration = Duration::from_millis(750);

impl Writer {
    /// The database has just taken something.
    pub(super) fn written(&mut self) {
        self.probe_at = Instant::now() + PROBE_AFTER;
        // Small writes may succeed while a batch does not: it is the batch that counts.
        if !self.is_stuck {
            self.published.set_trouble(None);
        }
    }

    /// The database has just refused something; a probe will tell when it takes something again.
    pub(super) fn failed(&mut self, error: LedgerError) {
        self.probe_at = Instant::now() + RETRY_AFTER;
        self.published.set_trouble(Some(error));
    }

    /// Stores held intents, or else writes what is there already, to know whether the ledger can be written.
    pub(super) async fn probe(&mut self) {
        if !self.held.is_empty() {
            return self.store_intents().await;
        }
        match self.try_probe().await {
            Ok(()) => self.written(),
            Err(error) => self.failed(error),
        }
    }

    async fn try_probe(&mut self) -> Result<(), LedgerError> {
        self.be_ready().await?;
        let mut probed = store::probe(&mut self.connection, &self.scope).await;
        // A connection that was lost while nobody used it is found out now.
        if probed.is_err() && self.connection.is_shared() {
            self.is_stale = true;
            self.be_ready().await?;
            probed = store::probe(&mut self.connection, &self.scope).await;
            self.is_stale = probed.is_err();
        }
        probed.map_err(LedgerError::unwritable)
    }
}

/// Awaits `work`. Reports that the ledger cannot be written when it takes longer than [`SLOW`].
pub(super) async fn patiently<T>(published: &Published, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    if let Ok(done) = timeout(SLOW, work.as_mut()).await {
        return done;
    }
    if published.trouble().borrow().is_none() {
        published.set_trouble(Some(LedgerError::Unwritable("the database does not answer".to_owned())));
    }
    work.await
}
