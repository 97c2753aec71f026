//! What the page is made from, as one number: equal number, equal page.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
};

use crate::{Outcome, files, tools::trunk, workspace};

const INPUTS: [&str; 12] = [
    "frontend",
    "model",
    "style",
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "rust-toolchain.toml",
    "xtask/src/page",
    "xtask/src/shim.rs",
    "xtask/src/styles.rs",
];

/// # Errors
/// When a source file cannot be read.
pub fn fingerprint() -> Outcome<String> {
    let mut hasher = DefaultHasher::new();
    trunk::VERSION.hash(&mut hasher);
    for path in INPUTS.iter().map(|input| files::under(input)).collect::<Outcome<Vec<_>>>()?.concat() {
        path.hash(&mut hasher);
        files::bytes(&path)?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// The fingerprint of what `dist/` was made from.
pub fn last_built() -> Option<String> {
    fs::read_to_string(record()).ok()
}

/// # Errors
/// When the target directory cannot be written.
pub fn remember(fingerprint: &str) -> Outcome {
    fs::write(record(), fingerprint).map_err(|error| format!("cannot write {}: {error}", record().display()))
}

fn record() -> PathBuf {
    workspace::target_dir().join("page-fingerprint")
}
