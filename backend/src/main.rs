//! The binary: reads the command line and runs the dashboard.

#![warn(clippy::print_stdout, clippy::print_stderr, reason = "they panic when the reader is gone")]

use backend::{
    app::{self, Failure},
    config::{CommandLine, Config},
};
use std::{io::Write, process::ExitCode, time::Duration};

/// How long blocking work of the runtime (name look-ups, file reads) may delay the end of the process.
const LAST_BLOCKING_WORK: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    match start(CommandLine::read()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Without a reader of standard error the exit code says it alone; `eprintln!` would panic.
            let _ = writeln!(std::io::stderr(), "drove-dashboard: {failure}");
            failure.exit_code()
        }
    }
}

fn start(line: CommandLine) -> Result<(), Failure> {
    let config = Config::load(line)?;
    app::log::start(config.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Running(format!("the process cannot start its workers: {error}")))?;
    let ended = runtime.block_on(app::run(config));
    runtime.shutdown_timeout(LAST_BLOCKING_WORK);
    ended
}
