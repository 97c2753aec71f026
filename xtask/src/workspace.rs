//! Where things lie: the checkout, its target directory, the user's cache.

use std::{
    env,
    path::{Path, PathBuf},
};

use directories::BaseDirs;

/// The checkout.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}

/// Cargo's target directory, which may be moved by `CARGO_TARGET_DIR`.
pub fn target_dir() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The page as the backend embeds it.
pub fn dist_dir() -> PathBuf {
    root().join("dist")
}

/// What all checkouts of one user share. Without a home directory each checkout has its own.
pub fn cache_dir() -> PathBuf {
    BaseDirs::new().map_or_else(target_dir, |dirs| dirs.cache_dir().to_path_buf()).join("drove-dashboard")
}

/// The shipped binary, built by `cargo xtask build`.
pub fn release_binary() -> PathBuf {
    target_dir().join("release").join(format!("drove-dashboard{}", env::consts::EXE_SUFFIX))
}
