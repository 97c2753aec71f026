//! Returns unused memory to the system. glibc keeps what a burst freed: several times what the process needs otherwise.

use crate::metrics;
use std::time::Duration;

/// How often it is looked whether there is something to return.
const EVERY: Duration = Duration::from_secs(20);
/// A process with less memory than this keeps it, in bytes: returning pages that are soon used again costs time.
const SMALL: u64 = 80 << 20;

/// Runs until the process ends.
pub(super) async fn return_unused() {
    loop {
        tokio::time::sleep(EVERY).await;
        if metrics::resident_bytes().is_some_and(|bytes| bytes > SMALL) {
            // It holds locks of the allocator for some milliseconds.
            drop(tokio::task::spawn_blocking(trim).await);
        }
    }
}

#[cfg(target_env = "gnu")]
fn trim() {
    #[allow(unsafe_code, reason = "the C library has no safe interface to this")]
    // SAFETY: it takes no pointers, and any thread may call it at any time (malloc_trim(3)).
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Other C libraries return memory by themselves, or have no such function.
#[cfg(not(target_env = "gnu"))]
fn trim() {}
