//! A stored world, lived again up to where it was.

use super::{
    core::{Core, Outcome},
    journal::{Entry, Journal, JournalError, Stored},
    log_files::LogWriter,
    start::Living,
};
use crate::clock::{self, Clock, ClockSetting};
use controller::{Command, Options};
use model::Timestamp;

/// The stored world as it was, told how long it was away. Nothing that was answered is lost, nothing happens twice.
pub(super) async fn restore(journal: &mut Journal, stored: Stored, writer: &LogWriter) -> Result<Living, JournalError> {
    let (simulation, applied) = journal.snapshot().await?;
    let mut core = Core { simulation, applied };
    let mut replayed = 0;
    let mut latest = core.simulation.controller().now();
    loop {
        let entries = journal.entries_after(core.applied).await?;
        if entries.is_empty() {
            break;
        }
        for (seq, entry) in entries {
            latest = latest.max(entry.now());
            // Log bytes that had not reached their file are written now: their offsets make that harmless.
            write_logs(core.apply(seq, entry), writer);
            replayed += 1;
        }
    }
    let clock = Clock::with(not_before(latest, stored.clock));
    let entry = Entry::Resume { now: clock.now() };
    let seq = journal.append(&entry).await?;
    write_logs(core.apply(seq, entry), writer);
    Ok(Living { world: stored.world, core, clock, rehearsed: Vec::new(), replayed })
}

/// Hints and answers of a replay are nobody's.
fn write_logs(outcome: Outcome, writer: &LogWriter) {
    outcome.outputs.into_iter().for_each(|output| {
        writer.take(output);
    });
}

/// The restored world with the options of today.
pub(super) async fn configured(
    journal: &mut Journal,
    mut living: Living,
    options: &Options,
) -> Result<Living, JournalError> {
    if living.core.simulation.controller().options() != options {
        let commands = vec![Command::SetOptions { options: options.clone() }];
        let entry = Entry::Step { now: living.clock.now(), commands };
        let seq = journal.append(&entry).await?;
        // Nothing that it puts out is older than the process.
        living.core.apply(seq, entry);
    }
    Ok(living)
}

/// A clock that begins at `latest` at least, should the wall clock have been put back while nobody was here.
fn not_before(latest: Timestamp, setting: ClockSetting) -> ClockSetting {
    let behind = latest.0.saturating_sub(clock::wall().0.saturating_add(setting.offset_ms));
    ClockSetting { offset_ms: setting.offset_ms.saturating_add(behind.max(0)), ..setting }
}
