//! The browser and its driver, for the browser tests.

use super::apt;
use crate::{Outcome, process};

/// # Errors
/// When one of them is missing and cannot be installed.
pub fn install() -> Outcome {
    if process::starts("chromium", "--version") && process::starts("chromedriver", "--version") {
        return Ok(());
    }
    apt::install(&["chromium", "chromium-driver", "fonts-dejavu-core"], "The browser tests")
}
