//! The folder with the databases and logs: made private, and taken by one process at a time.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// A sub-folder of the data directory that this process holds until the value is dropped, or the process ends in
/// whatever way: the lock belongs to the open file.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirFault {
    /// Another process has it.
    #[error(
        "the data directory {} is in use by another drove-dashboard: stop that one, or give another by --data-dir",
        .0.display()
    )]
    InUse(PathBuf),
    /// The system refuses.
    #[error("the data directory {} cannot be written: {error}; give another by --data-dir", path.display())]
    NotWritable {
        /// The folder, or the file in it that could not be written.
        path: PathBuf,
        /// The system's words.
        error: io::Error,
    },
}

impl DataDir {
    /// Makes `parent/name` if it is not there, readable by this user alone, and takes its lock.
    ///
    /// # Errors
    /// Whatever [`DataDirFault`] lists.
    pub fn open(parent: &Path, name: &str) -> Result<Self, DataDirFault> {
        let path = parent.join(name);
        let refused = |error| DataDirFault::NotWritable { path: path.clone(), error };
        create_private(&path).map_err(refused)?;
        let lock = private_file().create(true).truncate(false).open(path.join("lock")).map_err(refused)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DataDirFault::InUse(path)),
            Err(TryLockError::Error(error)) => Err(refused(error)),
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The content of a small file of secrets, made by `make` and kept for this user alone if there is none yet.
    ///
    /// # Errors
    /// The file can neither be read nor written.
    pub fn secret(&self, name: &str, make: impl FnOnce() -> Vec<u8>) -> Result<Vec<u8>, DataDirFault> {
        let path = self.path.join(name);
        let refused = |error| DataDirFault::NotWritable { path: path.clone(), error };
        match fs::read(&path) {
            Ok(content) => Ok(content),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let content = make();
                let mut file = private_file().create_new(true).open(&path).map_err(refused)?;
                io::Write::write_all(&mut file, &content).and_then(|()| file.sync_all()).map_err(refused)?;
                Ok(content)
            }
            Err(error) => Err(refused(error)),
        }
    }
}

/// The platform's data folder for the user.
pub(super) fn platform_default() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "drove-dashboard").map(|dirs| dirs.data_dir().to_owned())
}

fn create_private(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    // The folder may have been there, with wider rights.
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
