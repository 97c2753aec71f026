//! `cargo xtask COMMAND`: everything that takes more than one step. This file only dispatches.

use std::{env, process::ExitCode};

mod bench;
mod build;
mod demo;
mod files;
mod lint;
mod page;
mod process;
mod serve;
mod shim;
mod steps;
mod styles;
mod test;
mod tools;
mod workspace;

/// What a command comes back with. The error is one sentence for the person who typed it.
type Outcome<T = ()> = Result<T, String>;

const USAGE: &str = "\
cargo xtask demo [-- FLAGS]   build everything and run the demo on 127.0.0.1:8080
cargo xtask test              everything CI runs
cargo xtask build             target/release/drove-dashboard with the page inside
cargo xtask serve             the page with live reload, in front of a running demo
cargo xtask bench [NAME]      the measurements of docs/performance.md
cargo xtask lint              format, clippy and the rules of the house";

fn main() -> ExitCode {
    let args: Vec<String> = env::args().collect();
    if let Some(code) = shim::answer(&args) {
        return code;
    }
    let rest: Vec<String> = args.iter().skip(2).filter(|arg| *arg != "--").cloned().collect();
    let outcome = match args.get(1).map(String::as_str) {
        Some("demo") => demo::run(&rest),
        Some("test") => test::run(),
        Some("build") => build::run(),
        Some("serve") => serve::run(&rest),
        Some("bench") => bench::run(&rest),
        Some("lint") => lint::run(),
        Some("styles") => styles::run(),
        Some("place-parts") => page::parts::place(),
        Some("help" | "--help" | "-h") => {
            println!("{USAGE}");
            Ok(())
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nerror: {message}");
            ExitCode::FAILURE
        }
    }
}
