//! Answers that clients may have and the database does not hold yet, a line each in a file beside it.
//!
//! The writer stores answers a moment after the client has its response. A process that is killed in between would find a
//! recorded operation without an answer, and call its outcome unknown. Lines that were written survive the process, and the
//! next one reads them.

use super::fact::{Answer, SubmissionId};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The file is emptied when it is larger than this and all of it is stored, in bytes: doing so costs more than a line.
const LARGEST_STORED: u64 = 64 << 10;

/// The file, once there is one, and how many of its answers are not stored.
#[derive(Debug, Default)]
pub struct AnswerLog(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    file: Option<File>,
    length: u64,
    unstored: usize,
}

#[derive(Serialize, Deserialize)]
struct Line {
    id: i64,
    #[serde(flatten)]
    answer: Answer,
}

impl AnswerLog {
    /// Answers that an earlier process did not store. A line that it did not finish is left out.
    pub fn read(path: &Path) -> HashMap<SubmissionId, Answer> {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
        lines.map(|line| (SubmissionId(line.id), line.answer)).collect()
    }

    /// Writes to `path` from now on. `unstored` of its answers wait for the writer.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn attach(&self, path: &Path, unstored: usize) -> io::Result<()> {
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
        let mut state = self.lock();
        let length = file.metadata()?.len();
        *state = State { file: Some(file), length, unstored };
        state.shorten(0);
        Ok(())
    }

    /// Writes an answer before its client has it. One that cannot be written may be lost with the process.
    pub fn append(&self, SubmissionId(id): SubmissionId, answer: &Answer) {
        let mut state = self.lock();
        state.unstored += 1;
        let Some(file) = &mut state.file else { return };
        let written = serde_json::to_vec(&Line { id, answer: answer.clone() }).map_err(io::Error::from);
        let written = written.and_then(|mut line| {
            line.push(b'\n');
            file.write_all(&line)?;
            Ok(line.len() as u64)
        });
        match written {
            Ok(length) => state.length += length,
            Err(error) => tracing::debug!(%error, id, "an answer was not written beside the ledger"),
        }
    }

    /// The database holds `answers` more of them.
    pub fn stored(&self, answers: usize) {
        let mut state = self.lock();
        state.unstored = state.unstored.saturating_sub(answers);
        if answers > 0 {
            state.shorten(LARGEST_STORED);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock leaves the state half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Empties the file if it is longer than `most`, once the database holds all of it.
    fn shorten(&mut self, most: u64) {
        let is_due = self.unstored == 0 && self.length > most;
        let Some(file) = self.file.as_ref().filter(|_| is_due) else { return };
        match file.set_len(0) {
            Ok(()) => self.length = 0,
            Err(error) => tracing::debug!(%error, "the answers beside the ledger were not removed"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use model::dashboard::AnswerKind;
    use tempfile::TempDir;

    #[test]
    fn keeps_answers_until_all_are_stored() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("answers");
        let accepted = Answer { kind: AnswerKind::Accepted, status: Some(200), words: Vec::new() };
        let refused = Answer { kind: AnswerKind::Refused, status: Some(400), words: vec!["a\nb".to_owned()] };
        let log = AnswerLog::default();
        log.attach(&path, 0).unwrap();
        log.append(SubmissionId(1), &accepted);
        log.append(SubmissionId(2), &refused);
        log.stored(1);
        let both = HashMap::from([(SubmissionId(1), accepted), (SubmissionId(2), refused)]);
        assert_eq!(AnswerLog::read(&path), both);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"id\":3,\"ki").unwrap();
        assert_eq!(AnswerLog::read(&path), both, "a line that was cut is left out");
        log.append(SubmissionId(4), &Answer { words: vec!["x".repeat(64 << 10)], ..Answer::unknown() });
        log.stored(1);
        assert!(AnswerLog::read(&path).len() > 1, "one is not stored");
        log.stored(1);
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
    }
}
