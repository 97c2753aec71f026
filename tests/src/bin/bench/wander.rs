//! A long random walk over the page: what it reaches, and that nothing breaks.

use super::table::Row;
use anyhow::Result;
use tests::{places, server::Server, wander::wander};

const ACTIONS: usize = 10_000;

pub async fn run() -> Result<Vec<Row>> {
    // Another walk each time, unless one is to be repeated.
    let seed =
        std::env::var("WANDER_SEED").ok().map(|seed| seed.parse()).transpose()?.unwrap_or_else(|| fastrand::u64(..));
    let server = Server::demo_with_page("laptop", &places::debuginfo_page()?).await?;
    let report = wander(&server, seed, ACTIONS).await?;
    let covered = report.coverage() * 100.0;
    Ok(vec![
        Row::at_least(
            &format!("random walk without a fault, seed {seed}"),
            report.actions as f64,
            ACTIONS as f64,
            "actions",
        ),
        Row::at_least(&format!("distinct controls pressed, of {}", report.controls.len()), covered, 80.0, "%"),
    ])
}
