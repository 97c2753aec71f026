//! What was typed into the form is still there afterwards.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::{browser::visit, page::Page};

use crate::support::{PULLED, create, empty, sign_in, spec};

/// Everything that the tab remembers.
const STORED: &str = "return JSON.stringify(sessionStorage)";

/// Pastes a text into the first name of a variable.
const PASTE: &str = "
const data = new DataTransfer();
data.setData('text/plain', arguments[0]);
const name = document.querySelector('#env-name-0');
name.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));";

/// Operations are held back until `letGo` is called.
const HOLD_OPERATIONS: &str = "
const fetch = window.fetch;
window.fetch = (request, ...rest) =>
  String(request.url ?? request).includes('/tasks/operations')
    ? new Promise(answer => { window.letGo = () => answer(fetch(request, ...rest)); })
    : fetch(request, ...rest);";

async fn type_something(page: &Page) -> Result<()> {
    page.fill("Source app", "SHOP").await?;
    page.fill("Task ID", "half-done").await?;
    page.fill("Variable name", "API_TOKEN").await?;
    page.fill("Variable value", "geheim").await
}

#[tokio::test]
async fn a_draft_survives_leaving_and_loading_again() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.click("link", "New task").await?;
        type_something(page).await?;
        page.click("link", "Tasks").await?;
        page.see("No tasks yet").await?;
        page.browser().back().await?;
        page.see("Your draft, as you left it").await?;
        page.see_value("Task ID", "half-done").await?;
        page.see_value("Variable value", "geheim").await?;
        let stored: String = page.ask(STORED, Value::Null).await?;
        ensure!(stored.contains("half-done") && !stored.contains("geheim"), "{stored}");

        page.browser().refresh().await?;
        page.see_value("Task ID", "half-done").await?;
        page.see_value("Variable value", "").await?;
        page.see("1 value was not kept: API_TOKEN").await?;
        page.screenshot("new-task-draft").await?;

        // The page comes back where it was scrolled to; the title is at its top.
        page.ask::<()>("scrollTo(0, 0)", Value::Null).await?;
        page.click("button", "Discard draft").await?;
        page.see_value("Source app", "TEST_APP").await?;
        page.click("button", "Bring back my draft").await?;
        page.see_value("Task ID", "half-done").await?;
        page.click("button", "Discard draft").await?;
        page.click("link", "Tasks").await?;
        page.see("No tasks yet").await?;
        page.click("link", "New task").await?;
        page.see_value("Source app", "TEST_APP").await
    })
    .await
}

#[tokio::test]
async fn a_draft_survives_the_end_of_a_session() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.expect_failure("/api", "status of 401");
        page.open("/").await?;
        page.see_in(".identity", "admin").await?;
        page.click("link", "New task").await?;
        type_something(page).await?;
        page.browser().delete_all_cookies().await?;
        // The server is asked again, and asks for credentials.
        page.press("x\u{e003}").await?;
        sign_in(page, "admin").await?;
        page.arrive("/new").await?;
        page.see_value("Task ID", "half-done").await?;
        page.see_value("Variable value", "geheim").await?;

        // A draft is its user's.
        page.click("button", "User menu").await?;
        page.click("button", "Sign out").await?;
        sign_in(page, "guest").await?;
        page.open("/new").await?;
        page.see_value("Source app", "TEST_APP").await
    })
    .await
}

#[tokio::test]
async fn a_created_task_leaves_no_draft() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.open("/new").await?;
        type_something(page).await?;
        page.click("button", "Create task").await?;
        page.arrive("/tasks/SHOP/half-done").await?;
        page.click("link", "New task").await?;
        page.see_value("Source app", "TEST_APP").await
    })
    .await
}

#[tokio::test]
async fn a_clone_lets_the_draft_be_brought_back() -> Result<()> {
    let server = empty().await?;
    create(&server, &spec("nightly-1")).await?;
    server.step(PULLED).await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.click("link", "New task").await?;
        type_something(page).await?;
        page.click("link", "Tasks").await?;
        page.click("link", "nightly-1").await?;
        page.click("button", "Clone").await?;
        page.see_value("Task ID", "nightly-2").await?;
        page.click("button", "Bring back my draft").await?;
        page.see_value("Task ID", "half-done").await
    })
    .await
}

#[tokio::test]
async fn a_pasted_env_file_becomes_rows_that_keep_their_lines() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.open("/new").await?;
        page.field("Variable name").await?;
        let pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
        page.ask::<Value>(PASTE, json!(format!("# of the app\nexport CERT=\"{pem}\"\nmy-var='x'"))).await?;
        page.see_in("#environment", "No shell takes my-var as a name").await?;
        let values: Vec<String> = page
            .ask("return [...document.querySelectorAll('#environment textarea')].map(area => area.value)", Value::Null)
            .await?;
        ensure!(values.iter().any(|value| value == pem), "{values:?}");
        page.screenshot("new-task-lines").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_answer_that_comes_after_leaving_is_reported() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.see("No tasks yet").await?;
        page.ask::<Value>(HOLD_OPERATIONS, Value::Null).await?;
        page.click("link", "New task").await?;
        page.fill("Source app", "SHOP").await?;
        page.fill("Task ID", "late").await?;
        page.click("button", "Create task").await?;
        page.click("link", "Executors").await?;
        page.arrive("/executors").await?;
        page.ask::<Value>("window.letGo()", Value::Null).await?;
        page.see_in(".toast", "late created").await?;
        page.click("link", "Open late").await?;
        page.arrive("/tasks/SHOP/late").await
    })
    .await
}
