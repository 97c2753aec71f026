//! How the page starts, and what it says when it does not.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::{browser::visit, page::Page, wait};

use crate::support::{PULLED, create, empty, spec};

/// From here on the browser does not load what matches one of the patterns.
async fn block(page: &Page, patterns: Value) -> Result<()> {
    let cdp = page.browser().cdp();
    cdp.send_raw("Network.enable", json!({})).await?;
    cdp.send_raw("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await?;
    cdp.send_raw("Network.setBlockedURLs", json!({ "urls": patterns })).await?;
    Ok(())
}

/// Errors of the console are expected where the page cannot start.
async fn forgive(page: &Page) -> Result<()> {
    page.complaints().await?;
    Ok(())
}

#[tokio::test]
async fn a_file_that_does_not_come_is_named() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        for (pattern, named) in [("*/frontend-*.js", "frontend-"), ("*_bg.wasm", "_bg.wasm")] {
            block(page, json!([pattern])).await?;
            page.open("/").await?;
            page.see_in("#start", "A file of this page did not arrive").await?;
            page.see_in("#start code", named).await?;
            forgive(page).await?;
        }
        // Without its styles the page works, and says what it lacks.
        block(page, json!(["*/main-*.css"])).await?;
        page.open("/").await?;
        page.see("No tasks yet").await?;
        page.see_in("#start", "A file of this page did not arrive").await?;
        forgive(page).await?;

        block(page, json!([])).await?;
        page.open("/").await?;
        page.see("No tasks yet").await?;
        ensure!(page.text("#start").await?.is_empty(), "nothing is missing");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_browser_without_webassembly_is_told_so() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        let source = json!({ "source": "delete window.WebAssembly" });
        page.browser().cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", source).await?;
        page.open("/").await?;
        page.see_in("#start", "This page needs WebAssembly").await?;
        forgive(page).await
    })
    .await
}

#[tokio::test]
async fn a_page_opened_with_credentials_in_its_address_works() -> Result<()> {
    let server = empty().await?;
    create(&server, &spec("one")).await?;
    visit(&server, async |page| {
        let with_credentials = server.address().replacen("http://", "http://admin:admin@", 1);
        page.browser().goto(&with_credentials).await?;
        page.see_element("[data-key='SHOP/one']").await?;
        server.step(PULLED).await?;
        page.see_in("[data-key='SHOP/one']", "Running").await?;
        // A part that is loaded later, and a request of the page's own.
        page.click("link", "New task").await?;
        page.fill("Source app", "SHOP").await?;
        page.fill("Task ID", "two").await?;
        page.click("button", "Create task").await?;
        wait::until("the page of the new task", async || {
            Ok(page.path().await?.ends_with("/tasks/SHOP/two").then_some(()))
        })
        .await?;
        server.step(PULLED).await?;
        page.see_in(".task-head", "Running").await
    })
    .await
}

#[tokio::test]
async fn an_address_that_no_route_takes_is_not_found() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        // Signs in by itself.
        page.open("/").await?;
        page.see("No tasks yet").await?;
        // The page itself comes with 404.
        page.expect_failure("/", "status of 404");
        for address in ["/.//evil", "//evil.example/", "/tasks//x", "/evil;a=1", "/%2e%2e//x", "/%FF", "/a%00b"] {
            page.open(address).await?;
            page.see_in("h1", "Not found").await.with_context(|| address.to_owned())?;
            page.click("link", "Tasks").await?;
            page.see("No tasks yet").await.with_context(|| format!("from {address}"))?;
        }
        Ok(())
    })
    .await
}
