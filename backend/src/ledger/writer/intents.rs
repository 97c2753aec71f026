//! Intents: stored before anything else, because an operation waits for each.

use super::Writer;
use crate::ledger::{
    LedgerError,
    fact::{Intent, SubmissionId},
    published::Published,
    store,
};
use tokio::sync::oneshot;

/// Intents that wait for a ledger that cannot be written; further ones are refused.
const MOST_HELD: usize = 1_024;

/// An intent, and where to send its number once it is stored.
pub struct IntentRequest {
    intent: Intent,
    /// Given out once: the database may have stored it although it seemed to fail.
    id: Option<SubmissionId>,
    stored: oneshot::Sender<Result<SubmissionId, LedgerError>>,
}

impl IntentRequest {
    /// A new request.
    pub fn new(intent: Intent, stored: oneshot::Sender<Result<SubmissionId, LedgerError>>) -> Self {
        Self { intent, id: None, stored }
    }
}

/// Refuses the intents beyond [`MOST_HELD`] for the reason that the ledger cannot be written.
pub fn refuse_surplus(held: &mut Vec<IntentRequest>, published: &Published) {
    for refused in held.drain(MOST_HELD.min(held.len())..) {
        let error = published.trouble().borrow().clone().unwrap_or(LedgerError::Closed);
        // The receiver may be gone with its request.
        let _ = refused.stored.send(Err(error));
    }
}

impl Writer {
    /// Stores the intents that are held. When it fails they are tried again later.
    pub(super) async fn store_intents(&mut self) {
        let stored = self.insert_intents().await;
        if let Err(error) = stored {
            self.failed(error);
            return refuse_surplus(&mut self.held, &self.published);
        }
        for IntentRequest { intent, id, stored } in self.held.drain(..) {
            if let Some(id) = id {
                self.book.intend(id, &intent);
                // Without a receiver the request is gone: the intent stands, and is settled as unknown.
                let _ = stored.send(Ok(id));
            }
        }
        self.written();
    }

    async fn insert_intents(&mut self) -> Result<(), LedgerError> {
        self.be_ready().await?;
        match self.try_insert().await {
            // A connection that was lost while nobody used it is found out now.
            Err(error) if self.connection.is_shared() => {
                tracing::info!(%error, "an intent could not be stored; connecting again");
                self.is_stale = true;
                self.be_ready().await?;
                let stored = self.try_insert().await;
                self.is_stale = stored.is_err();
                stored.map_err(LedgerError::unwritable)
            }
            stored => stored.map_err(LedgerError::unwritable),
        }
    }

    async fn try_insert(&mut self) -> sqlx::Result<()> {
        self.spare_submissions(self.held.len()).await?;
        for request in &mut self.held {
            request.id.get_or_insert_with(|| self.book.next_submission());
        }
        let intents: Vec<_> = self.held.iter().filter_map(|request| Some((request.id?, &request.intent))).collect();
        if intents.len() <= store::ONE_STATEMENT {
            // One statement is a transaction of its own.
            return store::insert_intents(&mut self.connection, &self.scope, &intents).await;
        }
        self.connection.begin().await?;
        let inserted = store::insert_intents(&mut self.connection, &self.scope, &intents).await;
        self.connection.end(inserted).await
    }

    /// Numbers for so many submissions are at hand afterwards.
    pub(super) async fn spare_submissions(&mut self, wanted: usize) -> sqlx::Result<()> {
        if self.connection.is_shared() && self.book.spare_submissions() < wanted {
            let first = store::next_submissions(&mut self.connection).await?;
            self.book.give_submissions(first..first + store::SUBMISSIONS_AT_ONCE);
        }
        Ok(())
    }
}
