//! Logs that several runs share, and the time zone of log lines.

use std::time::Duration;

use anyhow::{Result, ensure};
use model::{TaskState, dashboard::TaskDetail};
use serde_json::{Value, json};
use tests::{browser::visit, server::Server, wait};

use crate::support::{PULLED, create, empty, spec};

/// Hours and minutes of the log line that reports RUNNING.
const TIME_IN_LOG: &str = "
const line = document.querySelector('.log-pane__divider[data-state=RUNNING] time');
return (line?.textContent ?? '').slice(0, 5);";

/// Hours and minutes of a timestamp (milliseconds) in the browser's zone.
const TIME_OF_DAY: &str = "return new Date(arguments[0]).toTimeString().slice(0, 5);";

/// A task that only one executor takes, so that its runs share a log file.
fn again(iterations: u32) -> Value {
    let mut again = spec("again");
    again["placementPolicy"] = json!({ "type": "MATCH_TAG", "tag": "gpu" });
    again["env"] = json!({ "ITERATIONS": iterations.to_string(), "PULL_SECONDS": "0" });
    again
}

/// Runs SHOP/again to its end and deletes Drove's record.
async fn run_and_forget(server: &Server) -> Result<()> {
    create(server, &again(2)).await?;
    server.step(Duration::from_secs(30)).await?;
    let deleted = server.admin().delete("/apis/v1/tasks/SHOP/instances/again").await?;
    ensure!(deleted.status.is_success(), "{}", deleted.text());
    wait::until("the ID to be free", async || {
        let state = server.admin().get("/api/history/ids/SHOP/again").await?.text();
        Ok(state.contains("FREE").then_some(()))
    })
    .await
}

#[tokio::test]
async fn hides_lines_of_other_runs_until_asked() -> Result<()> {
    let server = empty().await?;
    run_and_forget(&server).await?;
    create(&server, &again(3600)).await?;
    server.step(PULLED).await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.click("link", "again").await?;
        page.see_in("[role=log]", "Iteration 1 of 3600").await?;
        page.see_in("[aria-labelledby=log-title]", "of earlier runs of this ID, which share the file").await?;
        ensure!(!page.text("[role=log]").await?.contains("of 2"), "lines of the first run");
        page.click("button", "Show the whole file").await?;
        page.see("Lines of all runs of this ID in this file. This is run 2.").await?;
        page.see_in("[role=log]", "Iteration 1 of 2").await?;
        page.click("button", "Show this run only").await?;
        page.see_in("[aria-labelledby=log-title]", "of earlier runs of this ID, which share the file").await
    })
    .await
}

#[tokio::test]
async fn shows_log_times_in_the_viewers_zone() -> Result<()> {
    let server = empty().await?;
    create(&server, &spec("one")).await?;
    server.step(PULLED).await?;
    let at = wait::until("the time of RUNNING", async || {
        let answer = server.admin().get("/api/history/tasks/SHOP/one").await?;
        if !answer.status.is_success() {
            return Ok(None);
        }
        let detail: TaskDetail = answer.read()?;
        let running = detail.row.transitions.into_iter().find(|transition| transition.state == TaskState::Running);
        Ok(running.map(|transition| transition.at))
    })
    .await?;
    visit(&server, async |page| {
        page.zone("Asia/Kolkata").await?;
        page.open("/tasks/SHOP/one").await?;
        page.see("Log times are shown in Asia/Calcutta (UTC+5:30); the executor writes them in UTC.").await?;
        let here: String = page.ask(TIME_OF_DAY, json!(at.millis())).await?;
        wait::until("the line's time", async || {
            Ok((page.ask::<String>(TIME_IN_LOG, json!(null)).await? == here).then_some(()))
        })
        .await
    })
    .await
}
