//! The last good screen stays when the server goes; a page that was not loaded before says that it cannot be.

use anyhow::{Result, ensure};
use serde_json::json;
use tests::{
    browser::{visit, visit_address},
    wait,
};

use crate::support::{PULLED, create, empty, spec};

#[tokio::test]
async fn the_screen_stays_and_says_so() -> Result<()> {
    let mut server = empty().await?;
    create(&server, &spec("one")).await?;
    server.step(PULLED).await?;
    let there = server.address().to_owned();
    visit_address(&there, async |page| {
        page.open("/").await?;
        page.see_in("[data-key='SHOP/one']", "Running").await?;
        page.expect_failure("/api/", "net::ERR_");
        server.stop().await?;
        wait::until("the page to notice", async || {
            let sign = page.text(".freshness").await?;
            Ok((sign.starts_with("Reconnecting") || sign.starts_with("Stale since")).then_some(()))
        })
        .await?;
        page.see_in("[data-key='SHOP/one']", "Running").await
    })
    .await
}

#[tokio::test]
async fn a_page_whose_code_does_not_come_says_so() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.find("heading", "Tasks").await?;
        let cdp = page.browser().cdp();
        cdp.send_raw("Network.enable", json!({})).await?;
        cdp.send_raw("Network.setBlockedURLs", json!({ "urls": ["*split_new_task*"] })).await?;
        page.click("link", "New task").await?;
        page.see_in("[role=alert]", "This page could not be loaded").await?;
        let complaints = page.complaints().await?;
        ensure!(complaints.iter().all(|words| words.contains("Failed to fetch")), "{complaints:?}");
        cdp.send_raw("Network.setBlockedURLs", json!({ "urls": [] })).await?;
        page.click("button", "Reload").await?;
        page.field("Task ID").await?;
        page.arrive("/new").await
    })
    .await
}
