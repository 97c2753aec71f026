//! One task's page.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use tests::browser::visit;

use crate::support::{PULLED, create, empty, spec};

/// Presses the mark of the timeline where the task began to run.
const PRESS_RUNNING: &str = "
const marks = [...document.querySelectorAll('.timeline__mark')];
const mark = marks.find(mark => mark.ariaLabel.includes('→ Running'));
mark?.click();
return mark !== undefined;";

/// Whether the log shows the place that is marked as the current one.
const IN_SIGHT: &str = "
const place = document.querySelector('.log-pane [aria-current=true]')?.getBoundingClientRect();
const pane = document.querySelector('[role=log]').getBoundingClientRect();
return place !== undefined && place.top >= pane.top - 1 && place.bottom <= pane.bottom + 1;";

#[tokio::test]
async fn a_mark_of_the_timeline_leads_into_the_log() -> Result<()> {
    let server = empty().await?;
    create(&server, &spec("one")).await?;
    server.step(PULLED).await?;
    server.step(Duration::from_secs(120)).await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.click("link", "one").await?;
        page.see_in("[role=log]", "Iteration 100 of").await?;
        page.see_element(".timeline__mark").await?;
        assert!(page.ask::<bool>(PRESS_RUNNING, Value::Null).await?, "there is such a mark");
        tests::wait::until("the place in the log", async || {
            Ok(page.ask::<bool>(IN_SIGHT, Value::Null).await?.then_some(()))
        })
        .await?;
        page.see_in(".log-pane [aria-current=true]", "Running").await?;
        let address = page.path().await?;
        assert!(address.contains("at="), "the address leads there too: {address}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_executor_is_called_by_its_short_name_everywhere() -> Result<()> {
    let server = empty().await?;
    let list = server.admin().get("/apis/v1/cluster/executors").await?.read::<Value>()?;
    let one = &list["data"][0];
    let (id, host) = (one["executorId"].as_str().context("no id")?, one["hostname"].as_str().context("no host")?);
    visit(&server, async |page| {
        page.open(&format!("/executors/{id}")).await?;
        page.see_in("h1", host).await?;
        page.see_in(".crumbs [aria-current=page]", host).await?;
        assert!(!page.text(".crumbs").await?.contains(id));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_log_that_cannot_be_there_is_not_called_empty() -> Result<()> {
    let server = empty().await?;
    create(&server, &spec("one")).await?;
    visit(&server, async |page| {
        page.open("/tasks/SHOP/one").await?;
        page.see("so there is no log.").await?;
        let log = page.text("[role=log]").await?;
        assert!(!log.contains("Nothing was written"), "{log}");
        page.screenshot("log-absent").await?;
        server.step(PULLED).await?;
        page.see_in("[role=log]", "Iteration").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_executor_has_one_name_on_every_page() -> Result<()> {
    let server = empty().await?;
    create(&server, &spec("one")).await?;
    server.step(3 * PULLED).await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.see_in("[data-key='SHOP/one']", "Running").await?;
        let name = page.text("[data-key='SHOP/one'] .task-table__executor").await?;
        page.click("link", "one").await?;
        page.see_in(".task-head__meta", &name).await?;
        page.click("link", &name).await?;
        page.see_in("h1", &name).await?;
        page.click("link", "Executors").await?;
        page.find("link", &name).await?;
        Ok(())
    })
    .await
}
