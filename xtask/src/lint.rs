//! `cargo xtask lint`: format, clippy, and the rules of the house that no other tool knows.

use crate::{Outcome, process, steps::Steps};

mod arrows;
mod dependencies;
mod handlers;
mod length;
mod purity;
mod stylesheet;

/// How many steps [`quick`] and [`clippy`] announce together.
pub const STEPS: usize = 3;

/// # Errors
/// When a rule is broken; then every place that breaks it is named.
pub fn run() -> Outcome {
    let mut steps = Steps::new(STEPS);
    quick(&mut steps)?;
    clippy(&mut steps)
}

/// What needs no compiler.
///
/// # Errors
/// When a rule is broken; then every place that breaks it is named.
pub fn quick(steps: &mut Steps) -> Outcome {
    steps.run("Format", "2 seconds", || process::run(process::cargo().args(["fmt", "--all", "--check"])))?;
    steps.run("Rules of the house", "1 second", || {
        let broken = [
            arrows::check()?,
            purity::check()?,
            handlers::check()?,
            stylesheet::check()?,
            length::check()?,
            dependencies::check()?,
        ]
        .concat();
        if broken.is_empty() { Ok(()) } else { Err(format!("rules are broken:\n  {}", broken.join("\n  "))) }
    })
}

/// # Errors
/// When clippy finds something.
pub fn clippy(steps: &mut Steps) -> Outcome {
    steps.run("Clippy", "4 minutes", || {
        let mut command = process::cargo();
        command.args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]);
        process::run(&mut command)
    })
}
