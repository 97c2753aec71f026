//! The page: trunk builds it, then it is compressed and put into `dist/`, from where the backend embeds it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    Outcome, process, shim,
    steps::Steps,
    tools::{trunk, wasm_target},
    workspace,
};

pub mod budget;
mod compress;
mod inputs;
pub mod parts;

/// Names of the records of what each page was made from.
const SHIPPED: &str = "page-fingerprint";
const DEBUGINFO: &str = "page-debuginfo-fingerprint";

/// How many steps [`build`] announces.
pub const STEPS: usize = 2;

/// Builds the page for shipping, unless `dist/` already holds what the sources would give.
///
/// # Errors
/// When a tool is missing and cannot be installed, the page does not compile, or `dist/` cannot be written.
pub fn build(steps: &mut Steps) -> Outcome {
    let wanted = inputs::fingerprint()?;
    if inputs::is_built(&workspace::dist_dir(), SHIPPED, &wanted) {
        steps.skip("Tools for the page", "not needed");
        steps.skip("Build the page", "nothing changed");
        return Ok(());
    }
    let trunk = set_up(steps)?;
    steps.run("Build the page", "3 minutes", || {
        let built = workspace::target_dir().join("page-shipping");
        let mut command = process::program(trunk);
        command.args(["build", "--release", "--locked", "--dist"]).arg(&built).env(shim::SHIPPING, "1");
        process::run(trunk::quiet(&mut command).env("PATH", shim::path()?))?;
        compress::all(&built)?;
        replace(&built, &workspace::dist_dir())
            .map_err(|error| format!("cannot put the page into {}: {error}", workspace::dist_dir().display()))?;
        inputs::remember(SHIPPED, &wanted)
    })
}

/// Where [`build_with_debuginfo`] puts the page.
pub fn debuginfo_dir() -> PathBuf {
    workspace::target_dir().join("page-debuginfo")
}

/// Builds the page whose panics name both places of a disposed value, for the walk of the browser tests. It is optimised
/// less than the page that ships, because it is built in addition.
///
/// # Errors
/// As [`build`].
pub fn build_with_debuginfo(steps: &mut Steps) -> Outcome {
    const TITLE: &str = "Build the page with debug information";
    let wanted = inputs::fingerprint()?;
    if inputs::is_built(&debuginfo_dir(), DEBUGINFO, &wanted) {
        steps.skip(TITLE, "nothing changed");
        return Ok(());
    }
    steps.run(TITLE, "2 minutes", || {
        let mut command = process::program(trunk::install()?);
        command.args(["build", "--release", "--locked", "--dist"]).arg(debuginfo_dir()).env("PATH", shim::path()?);
        for (name, value) in [
            ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "--cfg leptos_debuginfo"),
            ("CARGO_PROFILE_WASM_RELEASE_LTO", "off"),
            ("CARGO_PROFILE_WASM_RELEASE_OPT_LEVEL", "1"),
            ("CARGO_PROFILE_WASM_RELEASE_CODEGEN_UNITS", "16"),
        ] {
            command.env(name, value);
        }
        process::run(trunk::quiet(&mut command))?;
        inputs::remember(DEBUGINFO, &wanted)
    })
}

/// Installs what building a page needs and says where trunk is.
///
/// # Errors
/// When something is missing and cannot be installed.
pub fn set_up(steps: &mut Steps) -> Outcome<PathBuf> {
    steps.run("Tools for the page", "4 minutes", || {
        wasm_target::install()?;
        trunk::install()
    })
}

fn replace(new: &Path, old: &Path) -> std::io::Result<()> {
    if old.exists() {
        fs::remove_dir_all(old)?;
    }
    fs::create_dir_all(old)?;
    // Copied, not renamed: the target directory may be on another disk.
    for entry in fs::read_dir(new)? {
        let entry = entry?;
        fs::copy(entry.path(), old.join(entry.file_name()))?;
    }
    Ok(())
}
