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

/// How many steps [`build`] announces.
pub const STEPS: usize = 2;

/// Builds the page for shipping, unless `dist/` already holds what the sources would give.
///
/// # Errors
/// When a tool is missing and cannot be installed, the page does not compile, or `dist/` cannot be written.
pub fn build(steps: &mut Steps) -> Outcome {
    let wanted = inputs::fingerprint()?;
    if workspace::dist_dir().join("index.html").is_file() && inputs::last_built().as_deref() == Some(wanted.as_str()) {
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
        inputs::remember(&wanted)
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
