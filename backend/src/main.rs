//! The binary: reads what it is told, and runs it.

use backend::{
    app::{self, Failure},
    config::{CommandLine, Config},
};
use std::process::ExitCode;

fn main() -> ExitCode {
    match start(CommandLine::read()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("drove-dashboard: {failure}");
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
    runtime.block_on(app::run(config))
}
