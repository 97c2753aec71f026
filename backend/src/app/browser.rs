//! `--open`: the platform's way to show an address.

use std::process::{Command, Stdio};

/// Opens a browser; a machine without one is told to the log.
pub(super) fn open(url: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let spawned =
        Command::new(opener).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    match spawned {
        // Reaped on a thread of its own: some openers stay until the browser is closed.
        Ok(mut child) => drop(std::thread::spawn(move || child.wait())),
        Err(error) => tracing::warn!(opener, %error, "cannot open a browser: open the address by hand"),
    }
}
