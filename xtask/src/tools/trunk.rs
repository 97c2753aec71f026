//! Trunk, which builds the page.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{Outcome, process, workspace};

/// The last release that the compiler in rust-toolchain.toml can build.
pub const VERSION: &str = "0.21.14";

/// Where trunk is: on PATH if that is the right version, else in the user's cache, where it is installed once.
///
/// # Errors
/// When it cannot be installed.
pub fn install() -> Outcome<PathBuf> {
    let folder = workspace::cache_dir().join("tools").join(format!("trunk-{VERSION}"));
    let cached = folder.join("bin").join(format!("trunk{}", env::consts::EXE_SUFFIX));
    for candidate in [PathBuf::from("trunk"), cached.clone()] {
        if is_right(&candidate) {
            return Ok(candidate);
        }
    }
    eprintln!("      installing trunk {VERSION} into {}, once for all checkouts", folder.display());
    let mut command = process::cargo();
    command.args(["install", "--locked", "trunk", "--version", VERSION, "--no-default-features", "--root"]).arg(folder);
    // Quick to build rather than quick to run: half the time of its own release profile.
    command.envs([
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
        ("CARGO_PROFILE_RELEASE_LTO", "off"),
        ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "64"),
    ]);
    process::run(&mut command)?;
    Ok(cached)
}

/// Takes from a trunk command what would make it ask the network or stumble.
pub fn quiet(command: &mut Command) -> &mut Command {
    // Trunk takes NO_COLOR for a flag and refuses its usual value, 1.
    command.env("TRUNK_SKIP_VERSION_CHECK", "true").env_remove("NO_COLOR")
}

fn is_right(program: &Path) -> bool {
    let output = Command::new(program).arg("--version").env_remove("NO_COLOR").stderr(Stdio::null()).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == format!("trunk {VERSION}"))
}
