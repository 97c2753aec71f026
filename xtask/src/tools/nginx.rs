//! nginx, which the page is tested behind and forwarded reads are measured beside.

use super::apt;
use crate::{Outcome, process};

/// # Errors
/// When it is missing and cannot be installed.
pub fn install() -> Outcome {
    if process::starts("nginx", "-v") {
        return Ok(());
    }
    apt::install(&["nginx-light"], "The tests behind a proxy and the benchmarks")
}
