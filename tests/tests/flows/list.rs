//! The list of tasks.

use anyhow::{Result, ensure};
use tests::browser::visit;

use crate::support::{PULLED, create, empty, laptop, spec};

#[tokio::test]
async fn the_first_screen_is_alive() -> Result<()> {
    let server = laptop().await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.find("grid", "Tasks").await?;
        page.see_element("tr[data-key] [data-state=RUNNING]").await?;
        page.see_in(".freshness", "Live").await?;
        page.see("Simulated").await?;
        page.open("/?tab=finished").await?;
        page.see_element("tr[data-key] [data-outcome=SUCCESSFUL]").await?;
        page.see_element("tr[data-key] [data-outcome=FAILED]").await?;
        Ok(())
    })
    .await
}

/// How many WebAssembly files the page has asked for. One that was preloaded may be listed twice.
const WASM_FILES: &str = "const names = performance.getEntriesByType('resource').map(entry => entry.name);
    return new Set(names.filter(name => name.endsWith('.wasm'))).size";

#[tokio::test]
async fn the_list_is_loaded_without_the_other_pages() -> Result<()> {
    let server = laptop().await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.see_element("tr[data-key]").await?;
        ensure!(page.ask::<usize>(WASM_FILES, serde_json::Value::Null).await? == 1, "a part came with the list");
        page.click("link", "Executors").await?;
        page.find("table", "Executors").await?;
        ensure!(page.ask::<usize>(WASM_FILES, serde_json::Value::Null).await? > 1, "the list came with a part");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn filter_and_sort_live_in_the_address() -> Result<()> {
    let server = empty().await?;
    for id in ["alpha-1", "alpha-2", "beta-1"] {
        create(&server, &spec(id)).await?;
    }
    server.step(PULLED).await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.see_element("[data-key='SHOP/beta-1']").await?;
        page.fill("Search tasks", "alpha").await?;
        tests::wait::until("only what was searched", async || {
            let keys: Vec<String> = page.ask(KEYS, serde_json::Value::Null).await?;
            Ok((keys.len() == 2 && keys.iter().all(|key| key.starts_with("SHOP/alpha-"))).then_some(()))
        })
        .await?;
        let address = page.path().await?;
        assert!(address.contains("alpha"), "{address}");

        page.open(&address).await?;
        page.see_element("[data-key='SHOP/alpha-1']").await?;
        let keys: Vec<String> = page.ask(KEYS, serde_json::Value::Null).await?;
        assert_eq!(keys.len(), 2, "the address holds the filter: {keys:?}");
        Ok(())
    })
    .await
}

const KEYS: &str = "return [...document.querySelectorAll('tr[data-key]')].map(row => row.dataset.key)";

#[tokio::test]
async fn a_task_that_ends_keeps_its_row() -> Result<()> {
    let server = empty().await?;
    let mut short = spec("short");
    short["env"]["ITERATIONS"] = "20".into();
    create(&server, &short).await?;
    visit(&server, async |page| {
        page.open("/").await?;
        server.step(PULLED).await?;
        page.see_in("[data-key='SHOP/short']", "Running").await?;
        server.step(3 * PULLED).await?;
        page.see_in("[data-key='SHOP/short'][data-departed]", "Successful").await
    })
    .await
}

#[tokio::test]
async fn what_is_shown_can_be_saved_as_a_file() -> Result<()> {
    let server = empty().await?;
    for id in ["alpha-1", "beta-1"] {
        create(&server, &spec(id)).await?;
    }
    visit(&server, async |page| {
        page.open("/?q=alpha&page=1").await?;
        page.see_element("[data-key='SHOP/alpha-1']").await?;
        page.click("button", "Export").await?;
        for (label, format) in [("CSV", "csv"), ("JSON lines", "jsonl")] {
            let link = page.find("link", label).await?;
            assert!(link.attr("download").await?.is_some(), "it is saved, not shown");
            let address = link.attr("href").await?.unwrap_or_default();
            let expected = format!("{}/api/history/tasks/export?q=alpha&format={format}", server.address());
            assert_eq!(address, expected);
            let fetch = "return fetch(arguments[0]).then(answer => answer.text())";
            let file: String = page.ask(fetch, address.into()).await?;
            assert!(file.contains("alpha-1") && !file.contains("beta-1"), "{file}");
        }
        Ok(())
    })
    .await
}

/// Whether every count is whole: none clipped, none to be scrolled to; and so is every name, if it is seen at all.
const COUNTS_FIT: &str = "
const shown = [...document.querySelectorAll('.count-bar__items')].filter(items => items.checkVisibility());
const numbers = shown.flatMap(items => [...items.querySelectorAll('.count-bar__n')].map(n => {
  const [own, line] = [n.getBoundingClientRect(), items.getBoundingClientRect()];
  return own.right <= line.right + 1 && own.width + 1 >= n.scrollWidth;
}));
const names = shown.flatMap(items => [...items.querySelectorAll('.count-bar__label')]);
const whole = name => getComputedStyle(name).clipPath !== 'none' || name.scrollWidth <= name.clientWidth;
return names.every(whole) && numbers.length > 4 && numbers.every(Boolean) && shown.every(items => items.scrollWidth <= items.clientWidth);";

#[tokio::test]
async fn counts_stay_on_one_line_and_whole() -> Result<()> {
    let server = laptop().await?;
    visit(&server, async |page| {
        for narrow in [false, true] {
            page.narrow(narrow).await?;
            page.open("/?tab=finished").await?;
            page.see_element(".count-bar__item[data-outcome=PULL_FAILED]").await?;
            page.screenshot(if narrow { "counts-390" } else { "counts" }).await?;
            assert!(page.ask::<bool>(COUNTS_FIT, serde_json::Value::Null).await?, "narrow: {narrow}");
        }
        // Here the one that filters shows its name.
        page.see_element(".count-bar__item[data-outcome=PULL_FAILED]").await?.click().await?;
        page.see_element(".count-bar__item[data-outcome=PULL_FAILED][aria-pressed=true]").await?;
        page.screenshot("counts-390-pressed").await?;
        assert!(page.ask::<bool>(COUNTS_FIT, serde_json::Value::Null).await?, "pressed");
        Ok(())
    })
    .await
}
