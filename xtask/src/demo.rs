//! `cargo xtask demo`: all set-up, then the demo.

use crate::{Outcome, build, process, steps::Steps, workspace};

/// Runs the demo with `flags`; comes back only when it cannot be started or, where a process cannot be replaced, when
/// it ended.
///
/// # Errors
/// When something does not build or the demo fails.
pub fn run(flags: &[String]) -> Outcome {
    build::binary_with_page(&mut Steps::new(build::STEPS))?;
    let mut demo = process::program(workspace::release_binary());
    demo.arg("demo").args(flags);
    replace(&mut demo)
}

/// Signals and exit codes are then the demo's own.
#[cfg(unix)]
fn replace(demo: &mut std::process::Command) -> Outcome {
    use std::os::unix::process::CommandExt;
    Err(format!("cannot start the demo: {}", demo.exec()))
}

#[cfg(not(unix))]
fn replace(demo: &mut std::process::Command) -> Outcome {
    process::run(demo)
}
