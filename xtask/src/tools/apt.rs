//! Debian's package manager, where this process may use it.

use std::sync::OnceLock;

use crate::{Outcome, process};

/// Installs packages, or says what the user has to install.
///
/// # Errors
/// When this is not a Debian-like system, the user is not root, or the installation fails.
pub fn install(packages: &[&str], needed_for: &str) -> Outcome {
    let names = packages.join(" ");
    if !(is_root() && process::starts("apt-get", "--version")) {
        return Err(format!("{needed_for} need {names}. On Debian or Ubuntu: sudo apt-get install {names}"));
    }
    eprintln!("      installing {names}");
    static UPDATED: OnceLock<Outcome> = OnceLock::new();
    UPDATED.get_or_init(|| process::run(process::program("apt-get").args(["update", "-qq"]))).clone()?;
    let mut command = process::program("apt-get");
    command.args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages);
    process::run(command.env("DEBIAN_FRONTEND", "noninteractive"))
}

/// Whether this process may install packages.
pub fn is_root() -> bool {
    process::read(process::program("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
