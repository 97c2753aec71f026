//! The last good screen stays when the server goes; a page that was not loaded before says that it cannot be.

use anyhow::{Result, ensure};
use serde_json::Value;
use tests::{
    browser::{visit, visit_address},
    wait,
};

use crate::support::{PULLED, create, empty, spec};

/// Until the page is loaded again or `formComes` is set, what it fetches of the form's code is lost on the way.
const FORM_NEVER_COMES: &str = r#"
const fetch = window.fetch;
window.fetch = (url, ...rest) =>
  !window.formComes && String(url).includes('split_new_task')
    ? Promise.reject(new TypeError('Failed to fetch'))
    : fetch(url, ...rest);
return true;
"#;

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
async fn settles_a_creation_that_never_arrived() -> Result<()> {
    let mut server = empty().await?;
    let there = server.address().to_owned();
    visit_address(&there, async |page| {
        page.open("/").await?;
        page.click("link", "New task").await?;
        page.fill("Task ID", "lost-on-the-way").await?;
        page.see_in(".new-task-foot", "Create task").await?;
        page.expect_failure("/api", "net::ERR_");
        server.stop().await?;
        page.click("button", "Create task").await?;
        page.see_in(".new-task-foot", "Outcome unknown").await?;
        server.start_again().await?;
        page.see_in(".new-task-foot", "The dashboard has no record of this task").await?;
        page.click("button", "Create task").await?;
        page.arrive("/tasks/TEST_APP/lost-on-the-way").await
    })
    .await
}

#[tokio::test]
async fn a_page_whose_code_does_not_come_says_so() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.see("No tasks yet").await?;
        let _: bool = page.ask(FORM_NEVER_COMES, Value::Null).await?;
        page.click("link", "New task").await?;
        page.see_in("[role=alert]", "This page could not be loaded").await?;
        let complaints = page.complaints().await?;
        ensure!(complaints.iter().all(|words| words.contains("Failed to fetch")), "{complaints:?}");
        page.click("button", "Reload").await?;
        page.field("Task ID").await?;
        page.arrive("/new").await
    })
    .await
}

#[tokio::test]
async fn a_page_whose_code_came_late_is_shown_without_loading_the_tab_again() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.see("No tasks yet").await?;
        let _: bool = page.ask(FORM_NEVER_COMES, Value::Null).await?;
        page.click("link", "New task").await?;
        page.see_in("[role=alert]", "This page could not be loaded").await?;
        page.complaints().await?;
        let _: bool = page.ask("return window.formComes = true", Value::Null).await?;
        page.click("button", "Try again").await?;
        page.field("Task ID").await?;
        let _: bool = page.ask("return window.formComes", Value::Null).await?;
        page.arrive("/new").await
    })
    .await
}
