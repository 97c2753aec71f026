//! Each page in both themes and on a telephone: axe finds nothing, nothing is wider than the screen, and a picture is
//! left in `target/screenshots` for people to look at.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::{a11y, browser::visit, page::Page, server::Server};

use crate::support::{PULLED, create, laptop, spec};

/// Opens the page at `path`, waits for `ready`, looks at it in all its appearances.
async fn look(server: &Server, name: &str, path: &str, ready: &str) -> Result<()> {
    visit(server, async |page| {
        page.open(path).await?;
        for theme in ["light", "dark"] {
            page.theme(theme).await?;
            for narrow in [false, true] {
                page.narrow(narrow).await?;
                page.see_element(ready).await?;
                let suffix = if narrow { "-390" } else { "" };
                page.screenshot(&format!("{name}-{theme}{suffix}")).await?;
                a11y::check(page).await.with_context(|| format!("{theme}{suffix}"))?;
                fits(page).await.with_context(|| format!("{name} in {theme}{suffix}"))?;
            }
        }
        Ok(())
    })
    .await
}

/// Nobody should have to scroll sideways to read a page.
async fn fits(page: &Page) -> Result<()> {
    let script = "const e = document.documentElement; return [e.scrollWidth, e.clientWidth]";
    let [content, screen]: [u64; 2] = page.ask(script, Value::Null).await?;
    ensure!(content <= screen, "the page is {content} px wide on a screen of {screen} px");
    Ok(())
}

/// A world with a task in each of the interesting states.
async fn world() -> Result<Server> {
    let server = laptop().await?;
    let mut failing = spec("fails");
    failing["executable"]["url"] = "demo/fails:1".into();
    failing["env"] = json!({ "SECONDS": "5" });
    let mut nowhere = spec("nowhere");
    nowhere["placementPolicy"] = json!({ "type": "RULE_BASED", "rule": "false", "ruleType": "MVEL" });
    for spec in [spec("runs"), failing, nowhere] {
        create(&server, &spec).await?;
    }
    server.step(3 * PULLED).await?;
    Ok(server)
}

#[tokio::test]
async fn tasks() -> Result<()> {
    look(&world().await?, "tasks", "/", "tr[data-key]").await
}

#[tokio::test]
async fn a_running_task() -> Result<()> {
    look(&world().await?, "task", "/tasks/SHOP/runs", "[role=log]").await
}

#[tokio::test]
async fn a_failed_task() -> Result<()> {
    look(&world().await?, "task-failed", "/tasks/SHOP/fails", "[role=log]").await
}

#[tokio::test]
async fn a_task_that_was_not_placed() -> Result<()> {
    look(&world().await?, "task-unplaced", "/tasks/SHOP/nowhere", ".verdict-matrix").await
}

#[tokio::test]
async fn the_form() -> Result<()> {
    look(&world().await?, "new-task", "/new", ".verdict-matrix").await
}

#[tokio::test]
async fn executors() -> Result<()> {
    look(&world().await?, "executors", "/executors", ".executor-table [data-state=ACTIVE]").await
}

#[tokio::test]
async fn one_executor() -> Result<()> {
    let server = world().await?;
    let list = server.admin().get("/apis/v1/cluster/executors").await?.read::<Value>()?;
    let id = list["data"][0]["executorId"].as_str().context("no executor")?.to_owned();
    look(&server, "executor", &format!("/executors/{id}"), ".core-map").await
}

#[tokio::test]
async fn signing_in() -> Result<()> {
    look(&world().await?, "login", "/login", ".login__form").await
}

/// Makes the system light or dark.
async fn system(page: &Page, theme: &str) -> Result<()> {
    let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
    page.browser().cdp().send_raw("Emulation.setEmulatedMedia", features).await?;
    Ok(())
}

#[tokio::test]
async fn an_open_page_follows_the_system_until_a_theme_is_chosen() -> Result<()> {
    let server = laptop().await?;
    visit(&server, async |page| {
        system(page, "light").await?;
        page.open("/").await?;
        page.see_element("[data-theme=light] tr[data-key]").await?;
        system(page, "dark").await?;
        page.see_element("[data-theme=dark]").await?;
        page.see_element("[aria-label='Switch theme'][aria-pressed=true]").await?;
        page.click("button", "Switch theme").await?;
        page.see_element("[data-theme=light]").await?;
        for theme in ["light", "dark"] {
            system(page, theme).await?;
        }
        page.click("button", "Switch theme").await?;
        page.see_element("[data-theme=dark]").await?;
        Ok(())
    })
    .await
}
