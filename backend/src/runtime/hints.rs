//! What the watcher should look at, in batches (design section 2, the seam).

use crate::clock;
use controller::Output;
use model::TaskKey;
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::broadcast;

/// Something changed, or will not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    /// This task may look different.
    Touched(TaskKey),
    /// Placing this task was given up: it will never be reported.
    AttemptsEnded(TaskKey),
}

/// Hints of one moment. A reader that falls behind loses batches, and has to look at everything then.
pub type Hints = Arc<[Hint]>;

/// The first hint after a quiet time goes at once, later ones together after this time.
const WINDOW: Duration = Duration::from_millis(20);
/// Batches that a slow reader may be behind.
const BACKLOG: usize = 256;

/// Gathers hints and sends them.
pub(super) struct HintSender {
    sender: broadcast::Sender<Hints>,
    pending: BTreeSet<Hint>,
    /// When the last batch was sent, or this began.
    sent: Instant,
}

impl HintSender {
    pub fn new() -> Self {
        Self { sender: broadcast::Sender::new(BACKLOG), pending: BTreeSet::new(), sent: clock::monotonic() }
    }

    pub fn sender(&self) -> broadcast::Sender<Hints> {
        self.sender.clone()
    }

    /// Keeps the hint in an output, if there is one.
    pub fn gather(&mut self, output: &Output) {
        match output {
            Output::Touched(key) => self.pending.insert(Hint::Touched(key.clone())),
            Output::AttemptsEnded(key) => self.pending.insert(Hint::AttemptsEnded(key.clone())),
            Output::Log { .. } | Output::RemoveLogs { .. } | Output::Completed(..) => false,
        };
    }

    /// When the pending hints are to be sent.
    pub fn due(&self) -> Option<Instant> {
        (!self.pending.is_empty()).then(|| self.sent + WINDOW)
    }

    /// Sends the pending hints if it is time.
    pub fn flush(&mut self, now: Instant) {
        if self.due().is_some_and(|due| due <= now) {
            let batch: Hints = std::mem::take(&mut self.pending).into_iter().collect();
            self.sent = now;
            // Nobody listening is no failure: the watcher reads everything when it starts.
            let _nobody = self.sender.send(batch);
        }
    }
}
