/// Why the ledger could not do something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// At start: the operator looks at the file.
    #[error("the ledger {place} cannot be opened: {reason}")]
    Open {
        /// Which file or server, without credentials.
        place: String,
        /// What the database or the system says.
        reason: String,
        /// A newer release has migrated it.
        is_newer: bool,
    },
    /// The disk is full or gone: the operator acts, and writing is tried again.
    #[error("the ledger cannot be written: {0}")]
    Unwritable(String),
    /// As above, for reads.
    #[error("the ledger cannot be read: {0}")]
    Unreadable(String),
    /// The process is stopping.
    #[error("the ledger is closed")]
    Closed,
}

impl LedgerError {
    pub(super) fn unwritable(error: sqlx::Error) -> Self {
        Self::Unwritable(error.to_string())
    }

    pub(super) fn unreadable(error: sqlx::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}
