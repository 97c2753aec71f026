//! `cargo xtask test`: everything CI runs.

use crate::{
    Outcome, lint, page, process,
    steps::Steps,
    tools::{browser, drove_cli, nginx, postgres},
};

/// # Errors
/// When a tool is missing and cannot be installed, a rule is broken, or a test fails.
pub fn run() -> Outcome {
    let mut steps = Steps::new(page::STEPS + lint::STEPS + 9);
    // Cheap checks first: nobody should wait twenty minutes to hear of a missing space.
    lint::quick(&mut steps)?;
    steps.run("Browser", "1 minute", browser::install)?;
    steps.run("Drove's command line client", "30 seconds", drove_cli::install)?;
    steps.run("PostgreSQL", "1 minute", postgres::install)?;
    steps.run("nginx", "10 seconds", nginx::install)?;
    // The page that is tested is the page that ships.
    page::build(&mut steps)?;
    steps.run("Size of the first load", "1 second", page::budget::check)?;
    page::build_with_debuginfo(&mut steps)?;
    lint::clippy(&mut steps)?;
    steps.run("Build the tests", "8 minutes", || {
        process::run(process::cargo().args(["build", "--bins", "--tests"]).args(TESTED))
    })?;
    steps.run("Run the tests", "3 minutes", || {
        process::run(
            process::cargo()
                .arg("test")
                .args(TESTED)
                .env("DROVE_CLI", drove_cli::program())
                .env("DROVE_DASHBOARD_DEBUGINFO_PAGE", page::debuginfo_dir()),
        )
    })?;
    steps.run("Run the tests of the ledger on PostgreSQL", "30 seconds", || {
        let server = postgres::Server::start()?;
        let mut tests = process::cargo();
        tests.arg("test").args(TESTED).args(["--lib", "--", "ledger::"]).env(postgres::VARIABLE, server.url());
        process::run(&mut tests)
    })?;
    // On its own: together with the rest its libraries would be built a second time, with other features.
    steps.run("Run the tests of xtask", "1 minute", || {
        process::run(process::cargo().args(["test", "--locked", "--package", "xtask"]))
    })
}

const TESTED: [&str; 4] = ["--locked", "--workspace", "--exclude", "xtask"];
