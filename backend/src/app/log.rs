//! The log: on standard error, filtered by `RUST_LOG`, `info` without it. When nobody reads it, lines are lost, and nothing
//! else happens.

use crate::config::LogFormat;
use std::{
    fmt::{self, Write as _},
    io::{self, Write as _},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};
use tracing::field::Field;
use tracing_subscriber::{
    EnvFilter,
    field::MakeExt,
    fmt::format::{Writer, debug_fn},
};

/// Longest wait until a line is written. A reader that takes longer is not waited for until it reads again.
const LONGEST_WRITE: Duration = Duration::from_millis(100);
/// Lines queued for a reader that does not read; further ones are lost.
const QUEUE: usize = 1024;

/// Starts logging; a second call changes nothing.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = Lines::start();
    // tracing-subscriber would report a failed write by `eprintln!`, which panics when standard error is gone.
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || lines.clone()).log_internal_errors(false);
    let started = match format {
        LogFormat::Text => log
            .with_ansi(io::IsTerminal::is_terminal(&io::stderr()))
            .fmt_fields(debug_fn(write_field).delimited(" "))
            .try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    // Tests of one process share its log.
    drop(started);
}

/// Writes a field of a text line. Values come from clusters and clients: a line break or an escape sequence in one must not
/// look like another line or change the terminal.
fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    let is_message = field.name() == "message";
    if !is_message {
        write!(writer, "{}=", field.name())?;
    }
    write!(Escaping(writer), "{value:?}")
}

/// Escapes control and bidirectional characters.
struct Escaping<'a, 'w>(&'a mut Writer<'w>);

impl fmt::Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| match character {
            // Line separators and marks that turn the direction of writing.
            '\u{2028}'..='\u{202e}' | '\u{200e}' | '\u{200f}' | '\u{2066}'..='\u{2069}' => {
                write!(self.0, "{}", character.escape_unicode())
            }
            character if character.is_control() => write!(self.0, "{}", character.escape_default()),
            character => self.0.write_char(character),
        })
    }
}

/// Hands lines to a thread that may block on standard error. Cheap to clone.
#[derive(Clone)]
struct Lines {
    queue: SyncSender<Line>,
    /// Standard error has not taken the last line yet.
    is_stalled: Arc<AtomicBool>,
}

struct Line {
    text: Vec<u8>,
    written: SyncSender<()>,
}

impl Lines {
    fn start() -> Self {
        let (queue, waiting) = sync_channel(QUEUE);
        let is_stalled = Arc::new(AtomicBool::new(false));
        let stalled = is_stalled.clone();
        // Without the thread the queue is closed, and lines are lost.
        drop(thread::Builder::new().name("log".to_owned()).spawn(move || write_lines(&waiting, &stalled)));
        Self { queue, is_stalled }
    }
}

impl io::Write for Lines {
    /// Returns once the line is written, so that one of an operation is there before its answer, or cannot be written.
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let (written, done) = sync_channel(1);
        let is_queued = self.queue.try_send(Line { text: text.to_owned(), written }).is_ok();
        if is_queued
            && !self.is_stalled.load(Ordering::Relaxed)
            && done.recv_timeout(LONGEST_WRITE) == Err(RecvTimeoutError::Timeout)
        {
            self.is_stalled.store(true, Ordering::Relaxed);
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_lines(waiting: &Receiver<Line>, is_stalled: &AtomicBool) {
    let mut stderr = io::stderr();
    while let Ok(line) = waiting.recv() {
        // A line that cannot be written is lost.
        let _ = stderr.write_all(&line.text);
        is_stalled.store(false, Ordering::Relaxed);
        // The sender may have stopped waiting.
        let _ = line.written.send(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_control_characters_in_values() {
        let mut line = String::new();
        let mut writer = Writer::new(&mut line);
        let written = write!(Escaping(&mut writer), "a\nb\u{1b}[31m\u{202e}ü");
        assert_eq!((written, line.as_str()), (Ok(()), "a\\nb\\u{1b}[31m\\u{202e}ü"));
    }
}
