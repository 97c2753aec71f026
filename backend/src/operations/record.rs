//! The ledger's record of one operation: the intent before it is sent, the answer after it.

use crate::ledger::{Answer, Intent, Ledger, LedgerError, SubmissionId};
use futures_util::{FutureExt, future::BoxFuture};
use std::time::Duration;
use tokio::time::timeout;
use tracing::Instrument;

/// The record of an operation on its way.
pub struct Record {
    ledger: Ledger,
    intent: Stored,
}

enum Stored {
    /// It survives the end of the process.
    Now(SubmissionId),
    /// It is in the ledger's queue, and may still be stored.
    Late(BoxFuture<'static, Result<SubmissionId, LedgerError>>),
    /// It is not stored, and never will be.
    Never(LedgerError),
}

impl Record {
    /// Records that an operation is about to be sent. After `limit` it is left to the ledger to do so later.
    pub async fn begin(ledger: Ledger, intent: Intent, limit: Duration) -> Self {
        let storing = ledger.clone();
        let mut storing = async move { storing.intend(intent).await }.boxed();
        let intent = match timeout(limit, &mut storing).await {
            Ok(Ok(id)) => Stored::Now(id),
            Ok(Err(error)) => Stored::Never(error),
            Err(_) => Stored::Late(storing),
        };
        Self { ledger, intent }
    }

    /// Why the operation is not recorded, if it is not.
    pub fn trouble(&self) -> Option<LedgerError> {
        match &self.intent {
            Stored::Now(_) => None,
            Stored::Late(_) => {
                let reason = self.ledger.trouble().borrow().clone();
                Some(reason.unwrap_or_else(|| LedgerError::Unwritable("the database does not answer".to_owned())))
            }
            Stored::Never(error) => Some(error.clone()),
        }
    }

    /// Whether the ledger knows the operation, or may know it later.
    pub fn is_kept(&self) -> bool {
        !matches!(self.intent, Stored::Never(_))
    }

    /// Records what became of the operation; nothing if it was not let in, or never sent. An intent that is not stored yet
    /// is settled once it is.
    pub fn end(self, answer: Option<Answer>) {
        let Self { ledger, intent } = self;
        let settle = move |id| match answer {
            Some(answer) => ledger.answer(id, answer),
            None => ledger.withdraw(id),
        };
        match intent {
            Stored::Now(id) => settle(id),
            Stored::Late(storing) => {
                let late = async move {
                    if let Ok(id) = storing.await {
                        settle(id);
                    }
                };
                tokio::spawn(late.in_current_span());
            }
            Stored::Never(_) => {}
        }
    }
}
