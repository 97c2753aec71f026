//! A person who presses everything.

use anyhow::{Result, ensure};
use tests::{places, server::Server, wander::wander};

/// Another number is another walk. `cargo xtask bench wander` takes longer ones.
const SEED: u64 = 1;
const ACTIONS: usize = 360;

#[tokio::test]
async fn a_random_walk_breaks_nothing_and_sees_everything() -> Result<()> {
    let server = Server::demo_with_page("laptop", &places::debuginfo_page()?).await?;
    let report = wander(&server, SEED, ACTIONS).await?;
    eprintln!("pressed {:.0} % of {} distinct controls", report.coverage() * 100.0, report.controls.len());
    for page in ["tasks", "task", "new task", "executors", "executor", "login"] {
        ensure!(report.pages.contains(page), "the walk never came to {page}: {:?}", report.pages);
    }
    ensure!(report.coverage() >= 0.8, "pressed {:.0} %, missed {:#?}", report.coverage() * 100.0, report.missed());
    Ok(())
}
