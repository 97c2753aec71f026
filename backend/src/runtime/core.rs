//! The core behind its lock, and the one function that changes it.

use super::journal::Entry;
use controller::{Output, Reject, Reply, Simulation};
use model::Timestamp;

/// The core as it is after the journal entry `applied`.
pub(super) struct Core {
    pub simulation: Simulation,
    pub applied: i64,
}

/// What came out of one entry.
#[derive(Default)]
pub(super) struct Outcome {
    /// One for each command, in order.
    pub replies: Vec<Result<Reply, Reject>>,
    /// For the driver to carry out.
    pub outputs: Vec<Output>,
}

impl Core {
    /// Applies an entry that is in the journal; live and in replay alike.
    pub fn apply(&mut self, seq: i64, entry: Entry) -> Outcome {
        let mut outcome = Outcome::default();
        match entry {
            Entry::Step { now, commands } => {
                self.simulation.handle_timeout(now);
                for command in commands {
                    outcome.replies.push(self.simulation.handle_command(command, now));
                }
            }
            Entry::Resume { now } => self.simulation.resume(now),
        }
        while let Some(output) = self.simulation.poll_output() {
            outcome.outputs.push(output);
        }
        self.applied = seq;
        outcome
    }

    /// Whether something happens by itself up to `now`.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.simulation.poll_timeout().is_some_and(|at| at <= now)
    }
}
