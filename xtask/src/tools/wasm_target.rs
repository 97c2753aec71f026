//! The compiler's WebAssembly target.

use crate::{Outcome, process};

const TARGET: &str = "wasm32-unknown-unknown";

/// Adds the target through rustup when it is missing. rust-toolchain.toml names it too, but rustup may have been told
/// to install nothing by itself (`RUSTUP_AUTO_INSTALL=0`).
///
/// # Errors
/// When it is missing and cannot be added.
pub fn install() -> Outcome {
    let libraries = process::read(process::program("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    if std::path::Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    process::run(process::program("rustup").args(["target", "add", TARGET])).map_err(|error| {
        format!("the compiler cannot build for {TARGET}: {error}. Install it as you installed Rust (rustup target add {TARGET}).")
    })
}
