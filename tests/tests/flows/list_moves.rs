//! Ways from the list of tasks and back to it.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::{browser::visit, page::Page, server::Server, wait};
use thirtyfour::Key;

use crate::support::{PULLED, create, empty, spec};

async fn with_tasks(count: usize) -> Result<Server> {
    let server = empty().await?;
    for number in 0..count {
        create(&server, &spec(&format!("t-{number:02}"))).await?;
    }
    Ok(server)
}

const KEYS: &str = "return [...document.querySelectorAll('tr[data-key]')].map(row => row.dataset.key)";
const TITLE: &str = "the title";
/// What has the keyboard: the title of the page, a row by its key, or a button by its text.
const FOCUS: &str = "const element = document.activeElement;
    return element.localName === 'h1' ? 'the title' : element.closest('tr')?.dataset.key ?? element.innerText";

async fn focus_is_on(page: &Page, wanted: &str) -> Result<()> {
    wait::until(&format!("the focus on {wanted}"), async || {
        Ok((page.ask::<String>(FOCUS, Value::Null).await? == wanted).then_some(()))
    })
    .await
}

#[tokio::test]
async fn the_pager_reaches_every_page() -> Result<()> {
    let server = with_tasks(5).await?;
    visit(&server, async |page| {
        page.open("/?size=2").await?;
        let mut seen = Vec::new();
        for (range, address) in [("1–2 of 5", "/?page=2&size=2"), ("3–4 of 5", "/?page=3&size=2")] {
            page.see_in(".pager", range).await?;
            seen.extend(page.ask::<Vec<String>>(KEYS, Value::Null).await?);
            page.click("link", "Next page").await?;
            page.arrive(address).await?;
        }
        page.see_in(".pager", "5–5 of 5").await?;
        seen.extend(page.ask::<Vec<String>>(KEYS, Value::Null).await?);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 5, "{seen:?}");
        for address in ["/?page=2&size=2", "/?size=2"] {
            page.click("link", "Previous page").await?;
            page.arrive(address).await?;
        }
        page.see_in(".pager", "1–2 of 5").await
    })
    .await
}

#[tokio::test]
async fn a_page_beyond_the_last_leads_to_the_last() -> Result<()> {
    let server = with_tasks(3).await?;
    visit(&server, async |page| {
        page.open("/?page=9&size=2").await?;
        page.see("This is page 9 of a list with 2 pages.").await?;
        page.click("link", "Last page").await?;
        page.arrive("/?page=2&size=2").await?;
        page.see_in(".pager", "3–3 of 3").await
    })
    .await
}

/// Brings a row to the middle of the window and returns its distance from the top.
const CENTRE: &str = "const row = document.querySelector(arguments[0]);
    row.scrollIntoView({ block: 'center' });
    return Math.round(row.getBoundingClientRect().top)";
const TOP: &str = "return Math.round(document.querySelector(arguments[0])?.getBoundingClientRect().top ?? -1)";

#[tokio::test]
async fn back_returns_to_the_row_that_was_followed() -> Result<()> {
    let server = with_tasks(50).await?;
    visit(&server, async |page| {
        let row = "[data-key='SHOP/t-10']";
        page.open("/").await?;
        page.see_element(row).await?;
        let before: i64 = page.ask(CENTRE, row.into()).await?;
        page.click("link", "t-10").await?;
        page.arrive("/tasks/SHOP/t-10").await?;
        focus_is_on(page, TITLE).await?;
        ensure!(page.ask::<f64>("return scrollY", Value::Null).await? < 1.0, "a new page begins at its top");
        // New rows come in above it meanwhile.
        create(&server, &spec("u-01")).await?;
        page.browser().back().await?;
        focus_is_on(page, "SHOP/t-10").await?;
        let after: i64 = page.ask(TOP, row.into()).await?;
        ensure!((before - after).abs() <= 2, "the row was at {before} and is at {after}");

        // A reload keeps the place as well.
        page.browser().refresh().await?;
        wait::until("the list at its place", async || {
            let top: i64 = page.ask(TOP, row.into()).await?;
            Ok(((before - top).abs() <= 2).then_some(()))
        })
        .await
    })
    .await
}

#[tokio::test]
async fn back_returns_to_a_row_that_was_opened_from_its_menu() -> Result<()> {
    let server = with_tasks(2).await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.click("button", "Actions for t-01").await?;
        page.click("button", "Open").await?;
        page.arrive("/tasks/SHOP/t-01").await?;
        page.browser().back().await?;
        focus_is_on(page, "SHOP/t-01").await?;
        page.press("j").await?;
        page.press("j").await?;
        page.see_element("tr[aria-selected=true]").await?;
        Ok(())
    })
    .await
}

/// Selects the text of a cell and ends the selection on it, as a mouse does.
const SELECT: &str = "const cell = document.querySelector(arguments[0]);
    getSelection().selectAllChildren(cell);
    cell.click();
    getSelection().removeAllRanges();
    return location.pathname";

#[tokio::test]
async fn a_row_opens_wherever_it_is_clicked() -> Result<()> {
    let server = with_tasks(2).await?;
    visit(&server, async |page| {
        let cell = "[data-key='SHOP/t-01'] .task-table__app";
        page.open("/").await?;
        page.see_element(cell).await?.click().await?;
        page.arrive("/tasks/SHOP/t-01").await?;
        page.browser().back().await?;
        focus_is_on(page, "SHOP/t-01").await?;
        assert_eq!(page.ask::<String>(SELECT, cell.into()).await?, "/", "selecting text opens nothing");
        page.click("button", "Actions for t-01").await?;
        assert_eq!(page.path().await?, "/", "a control in a row is not the row");

        let cell = page.see_element("[data-key='SHOP/t-00'] .task-table__app").await?;
        let browser = page.browser();
        browser.action_chain().key_down(Key::Control).click_element(&cell).key_up(Key::Control).perform().await?;
        wait::until("another tab", async || Ok((browser.windows().await?.len() == 2).then_some(()))).await?;
        assert_eq!(page.path().await?, "/");
        Ok(())
    })
    .await
}

/// What would be copied if the rows were selected.
const COPY: &str = "const data = new DataTransfer();
    const rows = document.querySelectorAll('tr[data-key]');
    getSelection().setBaseAndExtent(rows[0], 0, rows[rows.length - 1], rows[rows.length - 1].childNodes.length);
    const copy = new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true });
    rows[0].dispatchEvent(copy);
    return data.getData('text/plain')";

#[tokio::test]
async fn rows_are_copied_as_clean_text() -> Result<()> {
    let server = empty().await?;
    for id in ["monthly-reconciliation-2026-11", "short"] {
        let mut spec = spec(id);
        spec["env"]["ITERATIONS"] = "20".into();
        create(&server, &spec).await?;
    }
    server.step(PULLED * 6).await?;
    visit(&server, async |page| {
        page.open("/?tab=finished&sort=id").await?;
        page.see_element("[data-key='SHOP/short'] [data-outcome=SUCCESSFUL]").await?;
        let copied: String = page.ask(COPY, Value::Null).await?;
        let rows: Vec<Vec<&str>> = copied.lines().map(|line| line.split('\t').collect()).collect();
        let begins = |row: &Vec<&str>, id: &str| row.starts_with(&["Successful", id, "SHOP"]) && row.len() == 6;
        assert!(
            rows.len() == 2 && begins(&rows[0], "monthly-reconciliation-2026-11") && begins(&rows[1], "short"),
            "{copied:?}"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_dialog_begins_on_the_safe_button_and_gives_the_focus_back() -> Result<()> {
    let server = with_tasks(1).await?;
    server.step(PULLED).await?;
    visit(&server, async |page| {
        page.open("/").await?;
        // The second time nothing has to be loaded any more.
        for _ in 0..2 {
            page.click("button", "Actions for t-00").await?;
            page.click("button", "Kill…").await?;
            page.find("dialog", "Kill SHOP t-00?").await?;
            focus_is_on(page, "Keep running").await?;
            page.press(Key::Escape).await?;
            let menu = "const element = document.activeElement; return element.getAttribute('aria-label') ?? ''";
            wait::until("the focus on the menu", async || {
                Ok((page.ask::<String>(menu, Value::Null).await? == "Actions for t-00").then_some(()))
            })
            .await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn commas_belong_to_tags_and_separate_them() -> Result<()> {
    let server = empty().await?;
    for (id, team) in [("with", "a,b"), ("one", "a"), ("other", "c")] {
        let mut spec = spec(id);
        spec["tags"] = json!({ "team": team });
        create(&server, &spec).await?;
    }
    server.step(PULLED).await?;
    visit(&server, async |page| {
        for (address, wanted) in [
            ("/?tag=team=a,b", vec!["SHOP/one", "SHOP/with"]),
            ("/?tag=team%3Da%5C,b", vec!["SHOP/with"]),
            ("/?tag=team=a,team=c", vec!["SHOP/one", "SHOP/other"]),
        ] {
            page.open(address).await?;
            page.see_in(".chip", "Tag").await?;
            let mut last = Vec::new();
            wait::until(&format!("the tasks of {address}"), async || {
                last = page.ask::<Vec<String>>(KEYS, Value::Null).await?;
                last.sort();
                Ok((last == wanted).then_some(()))
            })
            .await?;
        }
        page.click("button", "Remove filter Tag").await?;
        page.arrive("/").await?;
        page.see_element("[data-key='SHOP/with']").await?;
        Ok(())
    })
    .await
}
