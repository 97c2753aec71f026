//! Details of executors that were read on a user's behalf: they are news for everybody.

use model::{ExecutorId, ExecutorNodeData};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

/// Reads on users' behalf are made at most so often for a cluster, however many people type.
const REFRESHED_EVERY: Duration = Duration::from_secs(2);

/// Hands details to the watcher. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Refresher {
    sender: mpsc::Sender<Refreshed>,
    last: Arc<Mutex<Option<Instant>>>,
}

/// Details, and whom to tell that the picture shows them.
#[derive(Debug)]
pub(super) struct Refreshed {
    pub details: Vec<(ExecutorId, Option<ExecutorNodeData>)>,
    pub shown: oneshot::Sender<()>,
}

impl Refresher {
    pub(super) fn new() -> (Self, mpsc::Receiver<Refreshed>) {
        let (sender, receiver) = mpsc::channel(4);
        (Self { sender, last: Arc::default() }, receiver)
    }

    /// Whether it is time to read again; if so, the caller does.
    pub fn is_due(&self) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| last.elapsed() >= REFRESHED_EVERY);
        if is_due {
            *last = Some(Instant::now());
        }
        is_due
    }

    /// Returns once the picture shows the details, or the watcher has stopped.
    pub async fn show(&self, details: Vec<(ExecutorId, Option<ExecutorNodeData>)>) {
        let (shown, done) = oneshot::channel();
        if self.sender.send(Refreshed { details, shown }).await.is_ok() {
            drop(done.await);
        }
    }
}
