//! `cargo xtask serve`: the page with live reload; what it asks for comes from a demo running on 127.0.0.1:8080.

use crate::{Outcome, page, process, shim, steps::Steps, tools::trunk};

/// # Errors
/// When a tool is missing and cannot be installed, or trunk fails.
pub fn run(flags: &[String]) -> Outcome {
    let trunk = page::set_up(&mut Steps::new(1))?;
    eprintln!("The page needs a demo beside it: cargo xtask demo");
    let mut command = process::program(trunk);
    command.arg("serve").args(flags);
    process::run(trunk::quiet(&mut command).env("PATH", shim::path()?))
}
