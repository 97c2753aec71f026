//! `cargo xtask build`: the page, then the binary with the page inside.

use crate::{Outcome, page, process, steps::Steps, workspace};

/// How many steps [`binary_with_page`] announces.
pub const STEPS: usize = page::STEPS + 1;

/// # Errors
/// When the page or the binary does not build.
pub fn run() -> Outcome {
    binary_with_page(&mut Steps::new(STEPS))?;
    println!("{}", workspace::release_binary().display());
    Ok(())
}

/// # Errors
/// When the page or the binary does not build.
pub fn binary_with_page(steps: &mut Steps) -> Outcome {
    page::build(steps)?;
    steps.run("Build the binary", "3 minutes", || {
        process::run(process::cargo().args(["build", "--release", "--locked", "--package", "backend"]))
    })
}
