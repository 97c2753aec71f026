//! The log: on standard error, filtered by `RUST_LOG`, `info` without it. When nobody reads it, lines are lost, and nothing
//! else happens.

use crate::config::LogFormat;
use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};
use tracing_subscriber::{EnvFilter, fmt};

/// Longest wait until a line is written. A reader that takes longer is not waited for until it reads again.
const LONGEST_WRITE: Duration = Duration::from_millis(100);
/// Lines queued for a reader that does not read; further ones are lost.
const QUEUE: usize = 1024;

/// Starts logging; a second call changes nothing.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = Lines::start();
    // tracing-subscriber would report a failed write by `eprintln!`, which panics when standard error is gone.
    let log = fmt().with_env_filter(filter).with_writer(move || lines.clone()).log_internal_errors(false);
    let started = match format {
        LogFormat::Text => log.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    // Tests of one process share its log.
    drop(started);
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

impl Write for Lines {
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
