//! From the form to a running task.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::Value;
use tests::{browser::visit, page::Page, wait};
use thirtyfour::Key;

use crate::support::{PULLED, create, empty, spec};

#[tokio::test]
async fn form_to_log() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.see("No tasks yet").await?;
        page.click("link", "New task").await?;
        page.arrive("/new").await?;
        page.fill("Source app", "SHOP").await?;
        page.fill("Task ID", "nightly-1").await?;
        page.click("button", "Validate").await?;
        page.see("Drove would accept this task.").await?;
        page.find("region", "Executors and why they fit or not").await?;
        page.click("button", "Create task").await?;

        page.arrive("/tasks/SHOP/nightly-1").await?;
        server.step(PULLED).await?;
        page.see_in(".task-head [data-state=RUNNING]", "Running").await?;
        page.see_in("[role=log]", "Iteration 1 of").await?;
        server.step(Duration::from_secs(5)).await?;
        page.see_in("[role=log]", "Iteration 6 of").await?;
        server.step(Duration::from_secs(3600)).await?;
        page.see_in(".task-head [data-outcome=SUCCESSFUL]", "Successful").await?;
        page.see_in("#timeline", "Stopped").await?;

        page.click("link", "Tasks").await?;
        page.see("Nothing here").await?;
        page.click("button", "Show all").await?;
        page.see_in("[data-key='SHOP/nightly-1']", "Successful").await
    })
    .await
}

#[tokio::test]
async fn clone_keeps_everything() -> Result<()> {
    let server = empty().await?;
    let mut whole = spec("nightly-1");
    whole["tags"] = serde_json::json!({ "team": "checkout" });
    whole["args"] = serde_json::json!(["--fast"]);
    whole["volumes"] = serde_json::json!([{ "pathInContainer": "/data", "pathOnHost": "/tmp", "mode": "READ_ONLY" }]);
    create(&server, &whole).await?;
    server.step(PULLED).await?;
    visit(&server, async |page| {
        page.open("/tasks/SHOP/nightly-1").await?;
        page.click("button", "Clone").await?;
        page.see("Cloned from").await?;
        // The next free ID.
        let id: String = page.field("Task ID").await?.prop("value").await?.unwrap_or_default();
        assert_eq!(id, "nightly-2");
        page.click("button", "Create task").await?;
        page.arrive("/tasks/SHOP/nightly-2").await
    })
    .await?;
    let detail = server.admin().get("/api/history/tasks/SHOP/nightly-2").await?.read::<Value>()?;
    let clone = &detail["spec"];
    for field in ["executable", "resources", "placementPolicy", "env", "tags", "args", "volumes"] {
        assert_eq!(clone[field], whole[field], "{field} of {detail}");
    }
    Ok(())
}

#[tokio::test]
async fn the_json_tab_and_the_form_are_one() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.open("/new").await?;
        page.fill("Task ID", "from-the-form").await?;
        page.click("tab", "JSON").await?;
        let json = page.field("Spec as JSON").await?;
        let text = json.prop("value").await?.unwrap_or_default();
        assert!(text.contains("\"from-the-form\""), "{text}");

        // A half-typed document never wipes the form.
        json.clear().await?;
        json.send_keys("{ \"taskId\": \"half").await?;
        assert_eq!(page.field("Task ID").await?.prop("value").await?.as_deref(), Some("from-the-form"));

        json.clear().await?;
        json.send_keys(text.replace("from-the-form", "from-the-json")).await?;
        wait::until("the form to follow", async || {
            let id = page.field("Task ID").await?.prop("value").await?;
            Ok((id.as_deref() == Some("from-the-json")).then_some(()))
        })
        .await
    })
    .await
}

#[tokio::test]
async fn an_error_stands_at_its_field() -> Result<()> {
    let server = empty().await?;
    create(&server, &spec("taken")).await?;
    visit(&server, async |page| {
        page.open("/new").await?;
        page.fill("Source app", "SHOP").await?;
        page.fill("CPU", "many").await?;
        page.see_in(".new-task-foot", "field needs attention").await?;
        let create = page.find("button", "Create task").await?;
        assert_eq!(create.attr("aria-disabled").await?.as_deref(), Some("true"));
        // Nobody is told off while typing: the error appears when the field is left.
        page.press(Key::Tab + "").await?;
        page.see_element("#resources [aria-invalid=true]").await?;

        page.fill("CPU", "1").await?;
        page.fill("Task ID", "taken").await?;
        page.click("button", "Validate").await?;
        page.see_in("#identity", "SHOP/taken exists and has not ended.").await
    })
    .await
}

/// Whether the sheet over the form is seen.
const SHEET_IS_OPEN: &str = "return document.querySelector('.new-task__aside').checkVisibility()";

async fn sheet_is(page: &Page, open: bool) -> Result<()> {
    wait::until(&format!("the sheet to be open: {open}"), async || {
        Ok((page.ask::<bool>(SHEET_IS_OPEN, Value::Null).await? == open).then_some(()))
    })
    .await
}

#[tokio::test]
async fn on_a_telephone_the_sheet_closes_and_leaves_the_buttons_free() -> Result<()> {
    let server = empty().await?;
    let mut beyond = spec("at-home");
    beyond["volumes"] = serde_json::json!([{ "pathInContainer": "/data", "pathOnHost": "/tmp", "mode": "READ_ONLY" }]);
    create(&server, &beyond).await?;
    visit(&server, async |page| {
        page.narrow(true).await?;
        page.open("/new?clone=SHOP/at-home").await?;
        page.see("Cloned from").await?;
        page.fill("Task ID", "on-the-way").await?;
        page.click("button", "5 of 6 fit").await?;
        page.find("region", "Executors and why they fit or not").await?;
        page.screenshot("new-task-sheet-390").await?;
        page.click("button", "Close").await?;
        sheet_is(page, false).await?;

        // Away from the bars at the bottom, as a reader would scroll it.
        page.find("button", "Edit in JSON").await?;
        page.ask::<()>("document.querySelector('.new-task__beyond').scrollIntoView({ block: 'center' })", Value::Null)
            .await?;
        page.click("button", "Edit in JSON").await?;
        page.field("Spec as JSON").await?;
        page.screenshot("new-task-json-390").await?;
        // The button that opens it closes it as well, and the others can be pressed while it is open.
        page.click("button", "5 of 6 fit").await?;
        sheet_is(page, false).await?;
        page.click("button", "5 of 6 fit").await?;
        sheet_is(page, true).await?;
        page.click("button", "Create task").await?;
        page.arrive("/tasks/SHOP/on-the-way").await
    })
    .await
}

/// Whether no column has to be scrolled to.
const MATRIX_FITS: &str = "
const matrix = document.querySelector('.verdict-matrix');
return matrix.scrollWidth <= matrix.clientWidth;";

#[tokio::test]
async fn the_verdicts_beside_the_form_are_whole() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.browser().set_window_rect(0, 0, 1280, 900).await?;
        page.open("/new").await?;
        page.see_in(".verdict-matrix", "Reported").await?;
        page.screenshot("new-task-1280").await?;
        ensure!(page.ask::<bool>(MATRIX_FITS, Value::Null).await?, "a column is cut off");
        Ok(())
    })
    .await
}
