//! Finds the part of a log file that belongs to one run, by reading what the executor wrote about states.

use super::log_range::LogFile;
use crate::{
    drove_client::ClusterError,
    ledger::{Ledger, LedgerError},
};
use model::{InstanceId, LogMarks, LogRun, TaskKey, dashboard::LogPart};

/// Bytes read from the beginning: most files begin with the run that is wanted.
const HEAD: u64 = 16 << 10;
/// Bytes read at a time from the end towards the beginning.
const BLOCK: u64 = 1 << 20;
/// Bytes searched from the end, at most.
const FARTHEST: u64 = 64 << 20;
/// Text that stands for bytes which are no characters has another length; a mark is located in so few bytes then.
const FINEST: u64 = 512;

/// What is known of a run of a task, the newest if no number is given. Nothing if the ledger knows none.
///
/// # Errors
/// The ledger cannot be read.
pub async fn run_of(ledger: &Ledger, key: &TaskKey, run: Option<u32>) -> Result<Option<LogRun>, LedgerError> {
    let Some(wanted) = ledger.detail(key, run).await? else { return Ok(None) };
    let newest = if wanted.row.superseded { ledger.detail(key, None).await? } else { None };
    Ok(Some(LogRun::of(&wanted.row, &newest.as_ref().unwrap_or(&wanted).row)))
}

/// The part of `file` that belongs to `run`.
///
/// # Errors
/// The file cannot be read.
pub async fn locate(file: &LogFile, run: &LogRun) -> Result<LogPart, ClusterError> {
    let Some(instance) = &run.instance else { return Ok(LogPart::WHOLE) };
    if run.is_out_of_reach {
        return Ok(LogPart { from: 0, to: Some(0) });
    }
    let head = file.read(0, HEAD).await?;
    let begins_the_file = LogMarks::read(0, whole_lines(&head)).begins_with(instance);
    if begins_the_file && run.is_newest {
        return Ok(LogPart::WHOLE);
    }
    let size = file.size().await?;
    let (mut found, mut upper) = (LogMarks::default(), size);
    while upper > 0 && size - upper < FARTHEST {
        let lower = upper.saturating_sub(BLOCK);
        let (marks, from) = marks_between(file, lower, upper).await?;
        found = marks.before(found);
        upper = from;
        if is_complete(&found, instance, begins_the_file) {
            break;
        }
    }
    let part = found.part_of(run, size);
    Ok(if begins_the_file { LogPart { from: 0, ..part } } else { part })
}

/// Whether more of the file cannot change where the run's lines lie.
fn is_complete(found: &LogMarks, instance: &InstanceId, begins_the_file: bool) -> bool {
    if begins_the_file { found.names(instance) } else { found.has_beginning_of(instance) }
}

/// What the whole lines between two offsets tell, and where the first of them begins.
async fn marks_between(file: &LogFile, lower: u64, upper: u64) -> Result<(LogMarks, u64), ClusterError> {
    let text = file.read(lower, upper - lower).await?;
    let (text, from) = match (lower, text.split_once('\n')) {
        (0, _) => (text.as_str(), 0),
        (_, Some((begun, rest))) if !rest.is_empty() => (rest, lower + begun.len() as u64 + 1),
        // One line that is longer than all that was read.
        _ => ("", lower),
    };
    let marks = LogMarks::read(from, text);
    let is_exact = from + text.len() as u64 == upper || text.is_empty();
    if is_exact || marks.is_empty() || upper - lower <= FINEST {
        return Ok((marks, from.clamp(lower, upper)));
    }
    // Bytes that are no characters: in each half on its own, offsets are closer to the truth.
    let middle = lower + (upper - lower) / 2;
    let (later, from) = Box::pin(marks_between(file, middle, upper)).await?;
    let (earlier, begin) = Box::pin(marks_between(file, lower, from)).await?;
    Ok((earlier.before(later), begin))
}

/// A text without the line that it ends within.
fn whole_lines(text: &str) -> &str {
    text.rfind('\n').map_or("", |end| &text[..=end])
}

#[cfg(test)]
mod tests;
