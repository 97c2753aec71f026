//! The log: on standard error, filtered by `RUST_LOG`, `info` without it.

use crate::config::LogFormat;
use tracing_subscriber::{EnvFilter, fmt};

/// Starts logging; a second call changes nothing.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    // Tests of one process share its log.
    drop(started);
}
