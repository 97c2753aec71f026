//! Stopping a task.

use anyhow::Result;
use tests::browser::visit;

use crate::support::{PULLED, create, empty, spec};

#[tokio::test]
async fn kill_a_running_task() -> Result<()> {
    let server = empty().await?;
    create(&server, &spec("one")).await?;
    server.step(PULLED).await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.click("link", "one").await?;
        page.see_in(".task-head", "Running").await?;
        page.click("button", "Kill…").await?;
        page.find("dialog", "Kill SHOP one?").await?;
        page.click("button", "Keep running").await?;
        page.click("button", "Kill…").await?;
        page.click("button", "Kill task").await?;
        // Time stands still: it is carried out only if it has arrived before the step.
        page.see_in(".task-head", "kill pending").await?;
        server.step(PULLED).await?;
        page.see_in(".task-head", "Cancelled").await?;
        // Why it cannot be killed again stands beside the button.
        page.see_in(".task-head", "Already ended").await
    })
    .await
}

#[tokio::test]
async fn a_kill_before_it_runs_is_kept() -> Result<()> {
    let server = empty().await?;
    let mut slow = spec("slow");
    slow["executable"]["url"] = "demo/slow-pull:1".into();
    create(&server, &slow).await?;
    server.step(std::time::Duration::from_secs(3)).await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.click("link", "slow").await?;
        page.see_in(".task-head", "Provisioning").await?;
        page.click("button", "Kill…").await?;
        page.see("The kill is kept and carried out as soon as it runs.").await?;
        page.click("button", "Kill task").await?;
        page.see_in(".task-head", "kill pending").await?;
        server.step(std::time::Duration::from_secs(40)).await?;
        page.see_in(".task-head", "Cancelled").await
    })
    .await
}
