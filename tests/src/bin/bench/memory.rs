//! Memory of the server after ten minutes of the living demo with one page open.

use super::table::Row;
use anyhow::{Context, Result};
use std::time::Duration;
use tests::{browser::visit, server::Server};

const SPAN: Duration = Duration::from_secs(600);

pub async fn run() -> Result<Vec<Row>> {
    let server = Server::demo("laptop").await?;
    let mut resident = 0.0;
    visit(&server, async |page| {
        page.open("/").await?;
        page.see_element("[data-key]").await?;
        tokio::time::sleep(SPAN).await;
        resident = resident_mb(server.process_id().context("the server has ended")?)?;
        Ok(())
    })
    .await?;
    Ok(vec![Row::at_most("memory (VmRSS) after 10 min of `laptop`, one page open", resident, 60.0, "MB")])
}

/// Resident memory of a process.
pub fn resident_mb(pid: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS in /proc")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1024.0)
}
