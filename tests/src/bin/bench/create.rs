//! How many CREATEs a second are accepted, durably, in the first six seconds of an empty world.

use super::{
    load::{create, task},
    table::{Row, percentile},
};
use anyhow::{Context, Result, ensure};
use std::time::{Duration, Instant};
use tests::{http::Http, server::Server};

const CONNECTIONS: usize = 8;
const SPAN: Duration = Duration::from_secs(6);
const CATCH_UP: Duration = Duration::from_secs(30);

pub async fn run() -> Result<Vec<Row>> {
    let server = Server::demo("empty").await?;
    let started = Instant::now();
    let workers: Vec<_> = (0..CONNECTIONS).map(|n| tokio::spawn(create_tasks(server.admin(), n, started))).collect();
    let mut delays = Vec::new();
    for worker in workers {
        delays.extend(worker.await??);
    }
    let rate = delays.len() as f64 / started.elapsed().as_secs_f64();
    let lag = catch_up(&server.admin(), delays.len()).await?;
    Ok(vec![
        Row::at_least("CREATE through HTTP, durable, 8 connections, all accepted", rate, 3500.0, "a second"),
        Row::at_most("… p99 of the answer", percentile(&mut delays, 0.99), 10.0, "ms"),
        Row::at_most("… watcher lag below 1 s again after", lag, CATCH_UP.as_secs_f64(), "s"),
    ])
}

/// One connection's share: every CREATE must be accepted. Milliseconds to each answer.
async fn create_tasks(http: Http, connection: usize, started: Instant) -> Result<Vec<f64>> {
    let mut delays = Vec::new();
    while started.elapsed() < SPAN {
        let task = task("BENCH", &format!("c{connection}-{}", delays.len()), 1, 64, 1);
        let sent = Instant::now();
        create(&http, &task).await?;
        delays.push(sent.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(delays)
}

/// Seconds until the ledger shows a change within one second of its happening again. A probe task is created each time:
/// its first state must stand in the ledger within a second.
async fn catch_up(http: &Http, created: usize) -> Result<f64> {
    let began = Instant::now();
    for probe in 0.. {
        ensure!(began.elapsed() < 4 * CATCH_UP, "the watcher has not caught up with {created} tasks");
        let id = format!("probe-{probe}");
        let sent = Instant::now();
        // Zero cores fit at once, however full the cluster is; a refusal for memory would be an error worth seeing.
        create(http, &task("PROBE", &id, 0, 1, 1)).await.context("probe")?;
        while sent.elapsed() < Duration::from_secs(1) {
            let answer = http.get(&format!("/api/history/tasks/PROBE/{id}")).await?;
            if answer.status == 200 {
                let detail: serde_json::Value = answer.read()?;
                if detail["row"]["state"].is_string() {
                    return Ok(began.elapsed().as_secs_f64());
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    unreachable!("the loop above only ends by returning")
}
