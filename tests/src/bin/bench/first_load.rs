//! What a first visit costs: bytes over the wire, and the time to the first task on a slow processor.

use super::table::Row;
use anyhow::Result;
use serde_json::{Value, json};
use tests::{browser::visit, server::Server, wait};

/// Runs before the page's own scripts: notes when the first task row has been painted.
const WATCH_FIRST_ROW: &str = r#"
new MutationObserver((_, observer) => {
  if (document.querySelector('[data-key]')) {
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.firstRow = performance.now(); }));
  }
}).observe(document, { childList: true, subtree: true });
"#;
/// Bytes of the page and all it fetched, as transferred (bodies as compressed, and 300 bytes of headers each).
const BYTES: &str = r#"
return performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
  .reduce((sum, entry) => sum + entry.transferSize, 0);
"#;
const RUNS: usize = 5;

pub async fn run() -> Result<Vec<Row>> {
    let server = Server::demo("laptop").await?;
    let mut bytes = 0.0_f64;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        // A fresh profile each time: nothing is cached.
        visit(&server, async |page| {
            let cdp = page.browser().cdp();
            cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH_FIRST_ROW })).await?;
            cdp.send_raw("Emulation.setCPUThrottlingRate", json!({ "rate": 4 })).await?;
            page.open("/").await?;
            let shown = wait::until("the first task row", async || {
                page.ask::<Option<f64>>("return window.firstRow ?? null", Value::Null).await
            });
            times.push(shown.await?);
            bytes = bytes.max(page.ask(BYTES, Value::Null).await?);
            Ok(())
        })
        .await?;
    }
    let snapshot = first_frame(&server).await?;
    times.sort_by(f64::total_cmp);
    Ok(vec![
        Row::at_most(
            "all bytes of a first load, brotli (live snapshot included)",
            (bytes + snapshot) / 1024.0,
            300.0,
            "KB",
        ),
        Row::at_most("first task row on screen, CPU slowed 4x (median of 5)", times[RUNS / 2], 780.0, "ms"),
    ])
}

/// Size of the first frame of the live stream as it is sent, which the browser does not count while the stream is open.
async fn first_frame(server: &Server) -> Result<f64> {
    Ok(server.admin().bytes_until_event("/api/live?view=tasks", "snapshot").await? as f64)
}
