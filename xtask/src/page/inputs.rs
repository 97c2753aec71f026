//! What the page is made from, as one number: equal number, equal page.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
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

/// Whether `folder` holds the page that was made from what `fingerprint` stands for. `record` is the file beside it.
pub fn is_built(folder: &Path, record: &str, fingerprint: &str) -> bool {
    folder.join("index.html").is_file() && fs::read_to_string(path_of(record)).is_ok_and(|last| last == fingerprint)
}

/// # Errors
/// When the target directory cannot be written.
pub fn remember(record: &str, fingerprint: &str) -> Outcome {
    let path = path_of(record);
    fs::write(&path, fingerprint).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

fn path_of(record: &str) -> PathBuf {
    workspace::target_dir().join(record)
}
