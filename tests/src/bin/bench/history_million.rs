//! A ledger of 1,000,000 recorded tasks: every filter with every sort, each answer read to its end.

use super::table::{Row, percentile};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{path::Path, time::Instant};
use tests::{http::Http, places, server::Server};

const TASKS: u64 = 1_000_000;
const SORTS: [&str; 9] = ["submitted", "took", "app", "id", "status", "executor", "ended", "cores", "memory"];
/// Each filter, from broad to one that nothing passes; some together. `{since}` and `{until}` bound the fourth tenth.
const FILTERS: [&str; 24] = [
    "",
    "q=nightly",
    "q=0012345",
    "q=ni",
    "q=bill",
    "q=no-such-task",
    "app=BILLING",
    "app=RARE_APP",
    "state=stopped",
    "outcome=successful",
    "outcome=failed",
    "outcome=not_placed",
    "executor=e-7",
    "executor=e-1,e-2,e-3,e-4,e-5,e-6",
    "submitter=admin",
    "submitter=rarely",
    "tag=team%3Ddata",
    "tag=team%3Dops",
    "since={since}",
    "since={since}&until={until}",
    "app=BILLING&outcome=failed&executor=e-7",
    "q=adhoc&submitter=eva&tag=team%3Dml",
    "app=RARE_APP&outcome=not_placed",
    "q=77&app=TEST_APP&since={since}&outcome=successful",
];

pub async fn run() -> Result<Vec<Row>> {
    let server = Server::demo_after("empty", |data| seed(&data.join("demo"))).await?;
    let http = server.admin();
    let all: Value = http.get("/api/history/tasks?tab=all&size=1").await?.read()?;
    ensure!(all["matching"]["n"] == TASKS, "the ledger shows {} tasks", all["matching"]);
    let (since, until) = bounds(&http).await?;

    let mut delays = Vec::new();
    for filter in FILTERS {
        let filter = filter.replace("{since}", &since.to_string()).replace("{until}", &until.to_string());
        for sort in SORTS {
            for (tab, direction) in [("all", ""), ("all", "-"), ("finished", "-"), ("active", "")] {
                let path = format!("/api/history/tasks?tab={tab}&sort={direction}{sort}&{filter}");
                let sent = Instant::now();
                http.get(&path).await?.read::<Value>()?;
                delays.push(sent.elapsed().as_secs_f64() * 1000.0);
            }
        }
    }
    let asked = delays.len();
    let p95 = percentile(&mut delays, 0.95);
    eprintln!("the slowest of {asked}: {:.0} ms", percentile(&mut delays, 1.0));
    let what = format!("page out of 1,000,000 recorded tasks, {asked} filters and sorts, p95 of the answer");
    Ok(vec![Row::at_most(&what, p95, 50.0, "ms")])
}

/// Fills the ledger before the dashboard opens it.
fn seed(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let begun = Instant::now();
    let seeder = places::seed_ledger()?;
    let ended = std::process::Command::new(seeder).arg(folder.join("ledger.db")).arg(TASKS.to_string()).status();
    ensure!(ended.context("seed_ledger does not start")?.success(), "seed_ledger failed");
    eprintln!("seeded in {:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}

/// When the fourth tenth of all tasks began and ended to be submitted.
async fn bounds(http: &Http) -> Result<(i64, i64)> {
    let mut found = Vec::new();
    for direction in ["", "-"] {
        let path = format!("/api/history/tasks?tab=all&size=1&sort={direction}submitted");
        let page: Value = http.get(&path).await?.read()?;
        found.push(page["rows"][0]["submitted"].as_i64().context("the list is empty")?);
    }
    let tenth = (found[1] - found[0]) / 10;
    Ok((found[0] + 3 * tenth, found[0] + 4 * tenth))
}
