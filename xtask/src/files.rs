//! Finding and reading files of the checkout.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{Outcome, workspace};

/// All files under a file or folder of the checkout, sorted, as paths from the checkout's root.
///
/// # Errors
/// When a folder cannot be read. A path that does not exist has no files.
pub fn under(path: &str) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(Path::new(path), &mut found)?;
    found.sort();
    Ok(found)
}

/// # Errors
/// When the file cannot be read as text.
pub fn text(path: &Path) -> Outcome<String> {
    fs::read_to_string(workspace::root().join(path)).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// # Errors
/// When the file cannot be read.
pub fn bytes(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(workspace::root().join(path)).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Outcome {
    let whole = workspace::root().join(path);
    if whole.is_file() {
        found.push(path.to_path_buf());
    } else if whole.is_dir() {
        let entries = fs::read_dir(&whole).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        for entry in entries {
            let entry = entry.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            collect(&path.join(entry.file_name()), found)?;
        }
    }
    Ok(())
}
