//! From a change of state in the core to the pixel that shows it.

use super::{
    load::{create, task},
    table::{Row, percentile},
};
use anyhow::{Result, ensure};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tests::{browser::visit, http::Http, page::Page, server::Server};

/// Notes, for every state a row shows, the wall time of the first animation frame after it changed.
const WATCH_STATES: &str = r#"
window.painted = [];
const seen = new Map();
const note = () => {
  const fresh = [];
  for (const row of document.querySelectorAll('[data-key]')) {
    const badge = row.querySelector('[data-state]');
    const state = badge && badge.dataset.state;
    const key = row.dataset.key;
    if (state && seen.get(key) !== state) { seen.set(key, state); fresh.push([key, state]); }
  }
  if (fresh.length) requestAnimationFrame(() => {
    const at = performance.timeOrigin + performance.now();
    for (const [key, state] of fresh) window.painted.push([key, state, at]);
  });
};
note();
window.painted = [];
new MutationObserver(note).observe(document.body,
  { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['data-state'] });
"#;
const CHANGES: usize = 500;

pub async fn run() -> Result<Vec<Row>> {
    let server = Server::demo("laptop").await?;
    let mut delays = Vec::new();
    visit(&server, async |page| {
        page.open("/").await?;
        page.see_element("[data-key]").await?;
        page.browser().execute(WATCH_STATES, Vec::new()).await?;
        delays = measure(page, &server.admin()).await?;
        Ok(())
    })
    .await?;
    let what = format!("state change → pixel, {} changes of visible rows, p95", delays.len());
    Ok(vec![Row::at_most(&what, percentile(&mut delays, 0.95), 150.0, "ms")])
}

/// Creates short tasks until enough changes were painted: milliseconds from each event to its pixel.
async fn measure(page: &Page, http: &Http) -> Result<Vec<f64>> {
    let mut began = BTreeMap::new();
    let mut delays = Vec::new();
    let started = Instant::now();
    for n in 0.. {
        ensure!(started.elapsed() < Duration::from_secs(600), "{} changes were painted in 10 minutes", delays.len());
        create(http, &task("BENCH", &format!("live-{n}"), 1, 64, 2)).await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        if n % 10 != 9 {
            continue;
        }
        // Events outlive this run, so reading them late loses nothing; painted states are taken over once.
        collect_events(http, &mut began).await?;
        let painted: Vec<(String, String, f64)> = page.ask("return window.painted.splice(0)", Value::Null).await?;
        delays.extend(painted.into_iter().filter_map(|(key, state, seen)| Some(seen - began.get(&(key, state))?)));
        if delays.len() >= CHANGES {
            break;
        }
    }
    Ok(delays)
}

/// (APP/ID, state) → time of its event.
async fn collect_events(http: &Http, began: &mut BTreeMap<(String, String), f64>) -> Result<()> {
    let list: Value = http.get("/apis/v1/cluster/events/latest?size=100000").await?.read()?;
    for event in list["data"]["events"].as_array().into_iter().flatten() {
        let text = |name: &str| event["metadata"][name].as_str().unwrap_or_default().to_owned();
        if event["type"] == "TASK_STATE_CHANGE" {
            let key = (format!("{}/{}", text("APP_NAME"), text("TASK_ID")), text("CURRENT_STATE"));
            began.insert(key, event["time"].as_f64().unwrap_or(0.0));
        }
    }
    Ok(())
}
