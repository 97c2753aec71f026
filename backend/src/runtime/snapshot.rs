//! The whole core as bytes, and when it is worth writing them.

use super::journal::JournalError;
use controller::Simulation;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use std::{
    io::{BufReader, BufWriter, Write},
    time::{Duration, Instant},
};

/// Entries after which a snapshot is taken in the first quiet moment. Replaying so many takes a fraction of a second.
const WORTH_IT: u32 = 20_000;
/// Entries after which it is taken in any case.
const OVERDUE: u32 = 200_000;
/// No command for so long is a quiet moment.
const QUIET: Duration = Duration::from_secs(2);

pub(super) fn write(simulation: &Simulation) -> Result<Vec<u8>, JournalError> {
    let unwritable =
        |error: Box<dyn std::error::Error + Send + Sync>| JournalError::damaged("the core in memory", error);
    let mut writer = BufWriter::new(GzEncoder::new(Vec::new(), Compression::fast()));
    serde_json::to_writer(&mut writer, simulation).map_err(|error| unwritable(error.into()))?;
    writer.flush().map_err(|error| unwritable(error.into()))?;
    let encoder = writer.into_inner().map_err(|error| unwritable(error.into_error().into()))?;
    encoder.finish().map_err(|error| unwritable(error.into()))
}

pub(super) fn read(bytes: &[u8]) -> Result<Simulation, JournalError> {
    serde_json::from_reader(BufReader::new(GzDecoder::new(bytes)))
        .map_err(|error| JournalError::damaged("the snapshot", error))
}

/// Decides when a snapshot is due.
#[derive(Debug)]
pub(super) struct Policy {
    entries: u32,
    last_command: Instant,
}

impl Policy {
    pub fn new(entries: u32, now: Instant) -> Self {
        Self { entries, last_command: now }
    }

    /// Counts an entry that was written.
    pub fn count(&mut self, had_commands: bool, now: Instant) {
        self.entries = self.entries.saturating_add(1);
        if had_commands {
            self.last_command = now;
        }
    }

    pub fn is_due(&self, now: Instant) -> bool {
        let quiet = now.saturating_duration_since(self.last_command) >= QUIET;
        self.entries >= OVERDUE || (quiet && self.entries >= WORTH_IT)
    }

    /// A snapshot was taken, or failed and will be tried again after as many entries.
    pub fn taken(&mut self) {
        self.entries = 0;
    }
}
