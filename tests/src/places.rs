//! Where built and installed things lie.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

/// The dashboard's binary: `DROVE_DASHBOARD_BIN`, else the one cargo built beside the running test.
///
/// # Errors
/// When it is not there.
pub fn dashboard() -> Result<PathBuf> {
    let built = profile_dir()?.join(format!("drove-dashboard{}", env::consts::EXE_SUFFIX));
    there("DROVE_DASHBOARD_BIN", built)
}

/// What fills a ledger: `SEED_LEDGER`, else the example that cargo built beside the running program.
///
/// # Errors
/// When it is not there.
pub fn seed_ledger() -> Result<PathBuf> {
    there("SEED_LEDGER", profile_dir()?.join("examples").join(format!("seed_ledger{}", env::consts::EXE_SUFFIX)))
}

/// The page with debug information: `DROVE_DASHBOARD_DEBUGINFO_PAGE`, else where `cargo xtask test` builds it.
///
/// # Errors
/// When it is not there.
pub fn debuginfo_page() -> Result<PathBuf> {
    let folder = env::var_os("DROVE_DASHBOARD_DEBUGINFO_PAGE").map(PathBuf::from);
    let folder = folder.map_or_else(|| Ok::<_, anyhow::Error>(target_dir()?.join("page-debuginfo")), Ok)?;
    there_is(folder.join("index.html"))?;
    Ok(folder)
}

/// Drove's command line client: `DROVE_CLI`, else where `cargo xtask test` installs it.
///
/// # Errors
/// When it is not there.
pub fn drove_cli() -> Result<PathBuf> {
    there("DROVE_CLI", target_dir()?.join("drove-cli-venv").join("bin").join("drove"))
}

/// Cargo's target directory.
///
/// # Errors
/// When the running test lies somewhere else than cargo puts tests.
pub fn target_dir() -> Result<PathBuf> {
    Ok(profile_dir()?.parent().context("the test does not lie in a target directory")?.to_path_buf())
}

fn there(variable: &str, usual: PathBuf) -> Result<PathBuf> {
    there_is(env::var_os(variable).map_or(usual, PathBuf::from))
}

fn there_is(path: PathBuf) -> Result<PathBuf> {
    ensure!(
        path.is_file(),
        "{} is missing: `cargo xtask test` and `cargo xtask bench` make what they need",
        path.display()
    );
    Ok(path)
}

/// `target/debug` for `target/debug/deps/TEST` and for `target/debug/PROGRAM`.
fn profile_dir() -> Result<PathBuf> {
    let test = env::current_exe()?;
    let folder = test.parent().context("the test lies in no folder")?;
    let deps = folder.file_name().is_some_and(|name| name == "deps");
    Ok(if deps { folder.parent().map(Path::to_path_buf) } else { None }.unwrap_or_else(|| folder.to_path_buf()))
}
