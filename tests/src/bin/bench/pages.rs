//! What many open pages cost: the leader nothing, the dashboard memory.

use super::{
    controller::{Controller, running},
    memory::resident_mb,
    table::Row,
};
use anyhow::{Context, Result};
use model::TaskKey;
use std::time::Duration;
use tests::{http::Http, server::Server};

const TASKS: usize = 10_000;
const PAGES: [usize; 3] = [1, 100, 1_000];
const SPAN: Duration = Duration::from_secs(20);

pub async fn run() -> Result<Vec<Row>> {
    let tasks: Vec<_> =
        (0..TASKS).map(|n| running(&TaskKey::new("BENCH", format!("task-{n}").as_str()))).collect::<Result<_>>()?;
    let controller = Controller::start(&tasks).await?;
    let dashboard = Server::serve(&controller.cluster()).await?;
    let http = Http::new(dashboard.address()).sign_in("eva", "eva");
    tests::wait::until("all tasks to be listed", async || {
        let page: serde_json::Value = http.get("/api/history/tasks?size=1").await?.read()?;
        Ok((page["matching"]["n"] == TASKS).then_some(()))
    })
    .await?;
    let mut rows = Vec::new();
    let mut readers = Vec::new();
    for pages in PAGES {
        while readers.len() < pages {
            readers.push(http.live("view=tasks", |_, _| ()).await?);
        }
        let before = controller.asked();
        tokio::time::sleep(SPAN).await;
        let rate = (controller.asked() - before) as f64 / SPAN.as_secs_f64();
        let plural = if pages == 1 { "page" } else { "pages" };
        rows.push(Row::at_most(&format!("upstream requests with {pages} {plural} open"), rate, 3.0, "a second"));
    }
    let resident = resident_mb(dashboard.process_id().context("the dashboard has ended")?)?;
    rows.push(Row::at_most("memory (VmRSS), 1,000 pages open and 10,000 active tasks", resident, 250.0, "MB"));
    Ok(rows)
}
