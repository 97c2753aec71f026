//! Waiting for a state, however long it takes to come, up to a deadline. Never for an amount of time.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::{Instant, sleep};

/// Long enough for a machine that compiles beside the tests.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// How often a state is looked at.
pub const INTERVAL: Duration = Duration::from_millis(50);

/// Looks until `look` gives something.
///
/// # Errors
/// When the deadline passes, naming `what` was waited for; and at once when `look` fails.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = look().await.with_context(|| format!("while waiting for {what}"))? {
            return Ok(found);
        }
        anyhow::ensure!(Instant::now() < deadline, "waited {} s in vain for {what}", DEADLINE.as_secs());
        sleep(INTERVAL).await;
    }
}
