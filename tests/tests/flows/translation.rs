//! A browser that translates the page puts its own elements in place of the text nodes; what changes by itself goes on.

use anyhow::{Result, ensure};
use serde_json::Value;
use tests::{browser::visit, page::Page, wait};

use crate::support::{PULLED, create, empty, spec};

/// Does to the page what Chrome does: each text that may be translated is put into two `<font>` elements in place of
/// its node, now and whenever there is a new one. Returns how many there were.
const TRANSLATE: &str = r"
const translate = root => {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    const element = text.parentElement;
    if (!text.data.trim() || !element || element.closest('[translate=no], font, script, style, textarea, code')) continue;
    const outer = document.createElement('font');
    outer.append(document.createElement('font'));
    outer.firstChild.textContent = text.data;
    text.replaceWith(outer);
  }
  return document.querySelectorAll('font > font').length;
};
new MutationObserver(changes => {
  for (const change of changes) for (const node of change.addedNodes) if (node.isConnected) translate(node.parentNode);
}).observe(document.body, { childList: true, subtree: true });
return translate(document.body);";

async fn translate(page: &Page) -> Result<u32> {
    page.ask(TRANSLATE, Value::Null).await
}

#[tokio::test]
async fn states_times_and_counts_go_on_in_a_translated_page() -> Result<()> {
    let server = empty().await?;
    create(&server, &spec("one")).await?;
    server.step(PULLED).await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.see_in("[data-key='SHOP/one']", "Running").await?;
        translate(page).await?;
        let took = page.text("[data-key='SHOP/one']").await?;
        create(&server, &spec("two")).await?;
        server.step(2 * PULLED).await?;
        page.see_in("[data-key='SHOP/two']", "Running").await?;
        wait::until(
            "its time to go on",
            async || Ok((page.text("[data-key='SHOP/one']").await? != took).then_some(())),
        )
        .await?;

        // Going on from page to page leaves nothing of the one before behind.
        page.click("link", "New task").await?;
        page.field("Task ID").await?;
        let translated: u32 = page.ask("return document.querySelectorAll('font > font').length", Value::Null).await?;
        ensure!(translated > 0, "the form is translated");
        page.click("link", "Tasks").await?;
        page.click("link", "one").await?;
        page.see_in(".task-head", "Running").await?;
        ensure!(!page.text("#main").await?.contains("Source app"), "the form is gone");
        page.click("button", "Kill…").await?;
        page.click("button", "Kill task").await?;
        page.see_in(".task-head", "kill pending").await?;
        server.step(PULLED).await?;
        page.see_in(".task-head", "Cancelled").await
    })
    .await
}
