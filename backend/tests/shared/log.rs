//! What is logged by one test.

use serde_json::Value;
use std::{cell::RefCell, io, sync::Once};

thread_local! {
    /// The log of this thread, on which everything of its test runs.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Lines go to the log of the thread that writes them.
pub struct Log;

impl Log {
    /// Starts logging, for all tests of this process: what a single thread listens to may be switched off by another one.
    pub fn start() {
        static STARTED: Once = Once::new();
        STARTED.call_once(|| {
            let subscriber = tracing_subscriber::fmt().json().flatten_event(true).with_writer(|| Log);
            tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
        });
    }

    pub fn text() -> String {
        LOG.with_borrow(|log| String::from_utf8(log.clone()).unwrap())
    }

    /// Its lines.
    pub fn lines() -> Vec<Value> {
        Self::text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
