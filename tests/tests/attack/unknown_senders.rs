//! Operations of senders whom the cluster does not know cost neither memory nor disk.

use anyhow::{Result, ensure};
use hyper::StatusCode;
use tests::{http::Http, server::Server};

use crate::support::{OPERATIONS, creation, served};

/// Below the largest request.
const LARGE: usize = 3 << 20;
/// Large bodies sent.
const SENT: usize = 12;
/// The ledger may write this much meanwhile for what the cluster does by itself, in bytes.
const ALLOWANCE: u64 = 2 << 20;

async fn sends_in_vain(server: &Server, path: &str) -> Result<()> {
    let before = server.ledger_bytes()?;
    ensure!(before > 0, "no ledger");
    for n in 0..SENT {
        let nobody = Http::new(server.address());
        // Different users: the limit on guessing is another test's.
        let sender = if n % 2 == 0 { nobody } else { nobody.sign_in(&format!("stranger-{n}"), "wrong") };
        let answer = sender.post(path, &creation(&format!("unknown-{n}"), LARGE)).await?;
        ensure!(answer.status == StatusCode::UNAUTHORIZED, "{} {}", answer.status, answer.text());
    }
    let written = server.ledger_bytes()?.saturating_sub(before);
    ensure!(written < ALLOWANCE, "{written} bytes written");
    Ok(())
}

#[tokio::test]
async fn a_cluster_records_no_operation_of_an_unknown_sender() -> Result<()> {
    let (_demo, _gateway, dashboard) = served().await?;
    sends_in_vain(&dashboard, &format!("/clusters/two{OPERATIONS}")).await
}

#[tokio::test]
async fn the_demo_records_no_operation_of_an_unknown_sender() -> Result<()> {
    sends_in_vain(&Server::demo("empty").await?, OPERATIONS).await
}
