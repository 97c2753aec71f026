//! Drove's own command line client, unmodified from PyPI, in a virtual environment of the checkout.

use std::path::PathBuf;

use super::apt;
use crate::{Outcome, files, process, workspace};

const REQUIREMENT: &str = "drove-cli==0.0.14";

/// Where `drove` is, or will be after [`install`].
pub fn program() -> PathBuf {
    environment().join("bin").join("drove")
}

/// # Errors
/// When Python is missing and cannot be installed, or the registry cannot be reached.
pub fn install() -> Outcome {
    let installed = environment().join("installed");
    if program().is_file() && files::text(&installed).is_ok_and(|requirement| requirement == REQUIREMENT) {
        return Ok(());
    }
    if !process::starts("python3", "--version") || process::read(python().args(["-c", "import ensurepip"])).is_err() {
        apt::install(&["python3", "python3-venv"], "The tests with Drove's command line client")?;
    }
    process::run(python().args(["-m", "venv", "--clear"]).arg(environment()))?;
    let pip = environment().join("bin").join("pip");
    process::run(process::program(pip).args(["install", "--quiet", "--disable-pip-version-check", REQUIREMENT]))?;
    std::fs::write(&installed, REQUIREMENT).map_err(|error| format!("cannot write {}: {error}", installed.display()))
}

fn environment() -> PathBuf {
    workspace::target_dir().join("drove-cli-venv")
}

fn python() -> std::process::Command {
    process::program("python3")
}
