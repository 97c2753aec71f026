//! Large bodies of known senders, many at once, take bounded memory.

use anyhow::{Context, Result, ensure};
use hyper::StatusCode;
use serde_json::{Value, json};
use tests::{http::Http, server::Server};

use crate::support::{OPERATIONS, creation, served};

/// Requests at once.
const AT_ONCE: usize = 8;
/// The most memory that the process may have had, in bytes.
const MOST_MEMORY: u64 = 400 << 20;

/// A CREATE with a document that takes much more memory than bytes.
fn expensive(id: usize) -> Value {
    let mut creation = creation(&format!("large-{id}"), 1);
    creation["spec"]["unknown"] = json!(vec![0; 1_900_000]);
    creation
}

/// Most memory that a process has had, in bytes.
fn peak(process: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? << 10)
}

async fn send_all(server: &Server, path: &'static str, body: fn(usize) -> Value) -> Result<()> {
    let mut sent = tokio::task::JoinSet::new();
    for id in 0..AT_ONCE {
        let client: Http = server.admin();
        sent.spawn(async move { client.post(path, &body(id)).await });
    }
    while let Some(answer) = sent.join_next().await {
        let status = answer??.status;
        ensure!(status == StatusCode::OK || status == StatusCode::SERVICE_UNAVAILABLE, "{path}: {status}");
    }
    let peak = peak(server.process_id().context("no process")?)?;
    ensure!(peak < MOST_MEMORY, "{path}: {} MiB", peak >> 20);
    Ok(())
}

#[tokio::test]
async fn operations_and_previews_take_bounded_memory() -> Result<()> {
    let (_demo, _gateway, dashboard) = served().await?;
    send_all(&dashboard, OPERATIONS, expensive).await?;
    send_all(&dashboard, "/api/placement/preview", |id| expensive(id)["spec"].take()).await
}
