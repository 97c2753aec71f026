//! What the replica that watches sees of the cluster, handed to those that do not. Not a fact: only the last one is kept.

use std::sync::Arc;
use tokio::sync::watch;

/// Pictures as texts that only the watcher understands. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pictures {
    /// What this replica sees; absent where there are no others.
    own: Option<watch::Sender<Option<String>>>,
    shared: watch::Receiver<Option<Arc<str>>>,
}

impl Pictures {
    /// There is nobody to show anything.
    pub fn alone() -> Self {
        Self { own: None, shared: watch::Sender::new(None).subscribe() }
    }

    /// What is sent to `own` is stored for the others; what they store comes from `shared`.
    pub fn of_many(own: watch::Sender<Option<String>>, shared: watch::Receiver<Option<Arc<str>>>) -> Self {
        Self { own: Some(own), shared }
    }

    /// Shows others a picture, if there is a new one.
    pub fn share(&self, picture: impl FnOnce() -> Option<String>) {
        if let Some(own) = &self.own
            && let Some(picture) = picture()
        {
            own.send_replace(Some(picture));
        }
    }

    /// What others show.
    pub fn shared(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.shared.clone()
    }
}
