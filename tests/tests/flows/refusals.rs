//! What is wrong with a task stands at its fields, and only what is certain keeps it from being created.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::{browser::visit, page::Page, server::Server, wait};
use thirtyfour::Key;

use crate::support::{cluster, empty, sign_in};

/// Label and id of the element that has the focus.
const FOCUSED: &str = "return document.activeElement.id";

async fn clear(page: &Page, label: &str) -> Result<()> {
    let field = page.field(label).await?;
    field.send_keys(Key::Control + "a").await?;
    Ok(field.send_keys(Key::Delete + "").await?)
}

async fn can_create(page: &Page) -> Result<bool> {
    Ok(page.find("button", "Create task").await?.attr("aria-disabled").await?.is_none())
}

#[tokio::test]
async fn an_emptied_field_is_an_error_and_its_old_value_is_gone() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.open("/new").await?;
        for (label, id) in [("CPU", "field-cpu"), ("Memory", "field-memory"), ("Pull timeout", "field-pull-timeout")] {
            let former = page.value(label).await?;
            clear(page, label).await?;
            page.see_in(".new-task-foot", "1 field needs attention").await?;
            ensure!(!can_create(page).await?, "{label} is empty");
            page.click("link", label).await?;
            wait::until("the focus to be in the field", async || {
                Ok((page.ask::<String>(FOCUSED, Value::Null).await? == id).then_some(()))
            })
            .await
            .with_context(|| format!("the link leads to {label}"))?;
            page.press(Key::Tab + "").await?;
            page.see_element(&format!("#{id}[aria-invalid=true]")).await?;
            page.click("tab", "JSON").await?;
            let json = page.value("Spec as JSON").await?;
            ensure!(!json.contains(&format!(": {former}")) && !json.contains(&format!("\"{former}\"")), "{json}");
            page.click("tab", "Preflight").await?;
            page.fill(label, &former).await?;
        }
        clear(page, "Timeout").await?;
        page.see_in(".new-task-foot", "1 field needs attention").await?;
        ensure!(!can_create(page).await?, "Timeout is empty");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_refusal_stands_at_its_fields_and_blocks_nothing() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.expect_failure("/apis/v1/tasks/", "status of 400");
        page.open("/new").await?;
        page.fill("Source app", "SHOP").await?;
        page.fill("Task ID", "too-large").await?;
        page.fill("CPU", "9999").await?;
        page.see_in(".checks", "Drove would refuse this now").await?;
        let foot = page.text(".new-task-foot").await?;
        ensure!(!foot.contains("drop it"), "it cannot be refused and accepted: {foot}");

        // The answer is seen whichever tab is open.
        page.click("tab", "Command").await?;
        page.click("button", "Create task").await?;
        page.see_in(".new-task-foot", "Drove refused it. See CPU").await?;
        page.see_in("#resources", "Cluster does not have enough CPU. Required: 9999").await?;
        page.screenshot("new-task-refused").await?;
        ensure!(can_create(page).await?, "a refusal is the cluster's as it is now");

        page.fill("CPU", "1").await?;
        page.see_in("#resources", "Largest free block").await?;
        let foot = page.text(".new-task-foot").await?;
        ensure!(!foot.contains("refused"), "{foot}");
        page.fill("CPU", "9999").await?;
        page.click("button", "Validate").await?;
        page.see_in(".new-task-foot", "Drove would refuse it. See CPU").await?;
        ensure!(can_create(page).await?, "asking turns nothing off");
        page.fill("CPU", "1").await?;
        page.click("button", "Create task").await?;
        page.arrive("/tasks/SHOP/too-large").await
    })
    .await
}

#[tokio::test]
async fn a_refusal_without_a_field_stands_above_the_buttons() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.expect_failure("/apis/v1/tasks/", "status of 400");
        page.open("/new").await?;
        page.click("tab", "JSON").await?;
        let json = page.value("Spec as JSON").await?;
        let devices = r#"{ "devices": [{ "type": "DIRECT", "pathOnHost": "/dev/x" }],"#;
        page.fill("Spec as JSON", &json.replacen('{', devices, 1)).await?;
        page.click("button", "Create task").await?;
        page.see_in(".new-task-foot", "Device access is disabled.").await?;
        ensure!(can_create(page).await?, "the next attempt may be accepted");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_wrong_value_in_the_json_leaves_the_last_good_one() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.open("/new").await?;
        page.fill("CPU", "3").await?;
        page.click("tab", "JSON").await?;
        let json = page.value("Spec as JSON").await?;
        page.fill("Spec as JSON", &json.replace("\"count\": 3", "\"count\": \"two\"")).await?;
        page.see_in("#field-json-note", "CPU (resources[0].count) cannot be read: not a whole number").await?;
        page.see_in("#field-json-note", "Line ").await?;
        page.see_value("CPU", "3").await?;
        ensure!(!can_create(page).await?, "the text is not what would be sent");
        page.click("tab", "Preflight").await?;
        page.click("link", "JSON").await?;
        page.field("Spec as JSON").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn in_front_of_a_cluster_the_form_begins_empty() -> Result<()> {
    let there = empty().await?;
    let dashboard = Server::serve(&cluster("only", "Only", "#2458d3", there.address())).await?;
    visit(&dashboard, async |page| {
        page.expect_failure("/api/", "status of 401");
        page.open("/").await?;
        sign_in(page, "admin").await?;
        page.click("link", "New task").await?;
        for label in ["Source app", "Task ID", "Image URL", "CPU", "Memory"] {
            ensure!(page.value(label).await?.is_empty(), "{label} is filled");
        }
        ensure!(!can_create(page).await?, "one press must not run anything");
        Ok(())
    })
    .await
}
