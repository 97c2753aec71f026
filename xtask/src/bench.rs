//! `cargo xtask bench [NAME]`: the measurements of docs/performance.md, on the binary that ships.

use crate::{
    Outcome, build, page, process,
    steps::Steps,
    tools::{browser, nginx},
    workspace,
};

/// # Errors
/// When something does not build, or a measurement fails.
pub fn run(names: &[String]) -> Outcome {
    let mut steps = Steps::new(build::STEPS + 4);
    steps.run("Browser", "1 minute", browser::install)?;
    steps.run("nginx", "1 minute", nginx::install)?;
    build::binary_with_page(&mut steps)?;
    page::build_with_debuginfo(&mut steps)?;
    steps.run("Build what fills a ledger", "30 seconds", || {
        let example = ["build", "--release", "--locked", "--package", "backend", "--example", "seed_ledger"];
        process::run(process::cargo().args(example))
    })?;
    let mut bench = process::cargo();
    bench.args(["run", "--release", "--locked", "--package", "tests", "--bin", "bench", "--"]).args(names);
    bench.env("DROVE_DASHBOARD_BIN", workspace::release_binary());
    process::run(bench.env("DROVE_DASHBOARD_DEBUGINFO_PAGE", page::debuginfo_dir()))
}
