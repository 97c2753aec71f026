//! A ledger of 10,000 tasks: every filter and sort, and scrolling through the list.

use super::{
    load::{create, task},
    table::{Row, percentile},
};
use anyhow::{Result, ensure};
use serde_json::Value;
use std::time::{Duration, Instant};
use tests::{browser::visit, http::Http, server::Server};

const TASKS: usize = 10_000;
const APPS: [&str; 4] = ["BILLING", "REPORTS_ETL", "ML_TRAINER", "TEST_APP"];
const SORTS: [&str; 9] = ["submitted", "took", "app", "id", "status", "executor", "ended", "cores", "memory"];
const FILTERS: [&str; 9] = [
    "",
    "q=nightly",
    "q=ni",
    "q=no-such-task",
    "app=BILLING,ML_TRAINER",
    "outcome=failed",
    "outcome=not_placed",
    "state=stopped",
    "app=TEST_APP&outcome=successful&q=77",
];

/// Scrolls the list by the frame and notes the main thread's work in each: from the frame's start to after its paint.
const SCROLL: &str = r#"
const done = arguments[arguments.length - 1];
const work = [], gaps = [];
const channel = new MessageChannel();
let began = 0, last = 0, left = 400, step = 40;
const scroller = document.scrollingElement;
channel.port1.onmessage = () => { work.push(performance.now() - began); };
const frame = (time) => {
  if (last) gaps.push(time - last);
  last = time; began = performance.now();
  if (scroller.scrollTop + innerHeight >= scroller.scrollHeight - 2) step = -40;
  if (scroller.scrollTop <= 0) step = 40;
  scroller.scrollBy(0, step);
  channel.port2.postMessage(0);
  if (--left) requestAnimationFrame(frame); else setTimeout(() => done([work, gaps]), 100);
};
requestAnimationFrame(frame);
"#;

pub async fn run() -> Result<Vec<Row>> {
    let server = Server::demo("empty").await?;
    let http = server.admin();
    fill(&http).await?;

    let mut delays = Vec::new();
    for sort in SORTS {
        for filter in FILTERS {
            for (tab, direction) in [("all", ""), ("all", "-"), ("finished", "-"), ("active", "")] {
                let path = format!("/api/history/tasks?tab={tab}&sort={direction}{sort}&{filter}");
                let sent = Instant::now();
                http.get(&path).await?.read::<Value>()?;
                delays.push(sent.elapsed().as_secs_f64() * 1000.0);
            }
        }
    }
    let mut rows = vec![Row::at_most(
        &format!("10,000 tasks, {} filters and sorts, p95 of the answer", delays.len()),
        percentile(&mut delays, 0.95),
        50.0,
        "ms",
    )];

    let (mut work, mut gaps) = (Vec::new(), Vec::new());
    visit(&server, async |page| {
        page.open("/?tab=all").await?;
        page.see_element("[data-key]").await?;
        let frames = page.browser().execute_async(SCROLL, Vec::new()).await?;
        (work, gaps) = frames.convert()?;
        Ok(())
    })
    .await?;
    ensure!(work.len() > 300, "only {} frames were measured", work.len());
    let slow = gaps.iter().filter(|gap: &&f64| **gap > 33.4).count() as f64 / gaps.len() as f64 * 100.0;
    let p95 = percentile(&mut work, 0.95);
    rows.push(Row::at_most("scrolling 100 of 10,000 rows, main-thread work per frame, p95", p95, 8.0, "ms"));
    rows.push(Row::at_most("… frames over 33 ms", slow, 1.0, "%"));
    Ok(rows)
}

/// Creates the tasks and waits until the ledger has them all and nothing moves any more.
async fn fill(http: &Http) -> Result<()> {
    for n in 0..TASKS {
        let app = APPS[n % APPS.len()];
        let mut task = task(app, &format!("nightly-{n:05}"), 0, 6, 1);
        if n % 7 == 0 {
            task["env"]["EXIT_CODE"] = "3".into();
        }
        if n % 50 == 0 {
            // More than any NUMA node has free memory for, and no more than the cluster has: accepted, never placed.
            task["resources"][1]["sizeInMB"] = 70_000.into();
        }
        create(http, &task).await?;
    }
    let started = Instant::now();
    loop {
        let page: Value = http.get("/api/history/tasks?tab=all&size=1").await?.read()?;
        let count = |tab: &str| page["counts"][tab]["n"].as_u64().unwrap_or(0) as usize;
        if count("active") == 0 && count("finished") >= TASKS {
            return Ok(());
        }
        ensure!(
            started.elapsed() < Duration::from_secs(300),
            "{} of {TASKS} tasks have ended, {} go on",
            count("finished"),
            count("active")
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
