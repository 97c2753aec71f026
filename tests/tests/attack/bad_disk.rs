//! A dashboard of a cluster serves without its ledger, and says so.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::{server::Server, wait};

use crate::support::{OPERATIONS, creation, served};

const RECORDED: &str = "dashboard-ledger";

fn ledger(dashboard: &Server) -> PathBuf {
    dashboard.data_dir().join("one").join("ledger.db")
}

/// Why the ledger of the first cluster cannot be written, by `/readyz`, once that is so or not so.
async fn trouble(dashboard: &Server, is_expected: bool) -> Result<String> {
    wait::until("the state of the ledger", async || {
        let report = dashboard.admin().get("/readyz").await?.read::<Value>()?;
        let checks = report["checks"].as_array().context("no checks")?;
        let check = checks.iter().find(|check| check["cluster"] == "one" && check["check"] == "ledger");
        let reason = check.context("no check of the ledger")?["reason"].as_str().map(str::to_owned);
        Ok((reason.is_some() == is_expected).then(|| reason.unwrap_or_default()))
    })
    .await
}

/// Creates a task, and returns whether its answer says that it is not recorded.
async fn is_created_unrecorded(dashboard: &Server, id: &str) -> Result<bool> {
    wait::until("the leader", async || {
        let ping = dashboard.admin().get("/clusters/one/apis/v1/ping").await?;
        Ok(ping.status.is_success().then_some(()))
    })
    .await?;
    let answer = dashboard.admin().post(&format!("/clusters/one{OPERATIONS}"), &creation(id, 1)).await?;
    ensure!(answer.status.is_success(), "{} {}", answer.status, answer.text());
    Ok(answer.headers.contains_key(RECORDED))
}

#[tokio::test]
async fn starts_without_a_ledger_that_is_not_its_own_and_opens_it_later() -> Result<()> {
    let (_demo, _gateway, mut dashboard) = served().await?;
    ensure!(!is_created_unrecorded(&dashboard, "before").await?, "recorded");
    dashboard.stop().await?;
    let (file, kept) = (ledger(&dashboard), dashboard.data_dir().join("kept"));
    let log = file.with_file_name("ledger.db-wal");
    // What a checkpoint leaves.
    if log.exists() {
        fs::rename(&log, dashboard.data_dir().join("kept-wal"))?;
    }
    fs::rename(&file, &kept)?;
    for (content, says) in [(&b""[..], "empty"), (&[b'x'; 8192][..], "not a database")] {
        fs::write(&file, content)?;
        dashboard.start_again().await?;
        let reason = trouble(&dashboard, true).await?;
        ensure!(reason.contains(says) && reason.contains("ledger.db"), "{reason}");
        ensure!(is_created_unrecorded(&dashboard, says.replace(' ', "-").as_str()).await?, "nothing was recorded");
        ensure!(fs::read(&file)? == content, "the file was changed");
        let history = dashboard.admin().get("/clusters/one/api/history/tasks").await?;
        ensure!(history.status == 503, "{}", history.status);
        dashboard.stop().await?;
    }
    dashboard.start_again().await?;
    trouble(&dashboard, true).await?;
    // The operator restores it while the dashboard runs.
    fs::rename(&kept, &file)?;
    let kept_log = dashboard.data_dir().join("kept-wal");
    if kept_log.exists() {
        fs::rename(&kept_log, &log)?;
    }
    trouble(&dashboard, false).await?;
    let detail = dashboard.admin().get("/clusters/one/api/history/tasks/SHOP/before").await?;
    ensure!(detail.status.is_success(), "{}", detail.status);
    ensure!(!is_created_unrecorded(&dashboard, "after").await?, "recorded again");
    Ok(())
}

#[tokio::test]
async fn notices_that_its_folder_was_removed() -> Result<()> {
    let (_demo, _gateway, dashboard) = served().await?;
    ensure!(!is_created_unrecorded(&dashboard, "before").await?, "recorded");
    fs::remove_dir_all(dashboard.data_dir())?;
    let reason = trouble(&dashboard, true).await?;
    ensure!(reason.contains("is gone"), "{reason}");
    ensure!(is_created_unrecorded(&dashboard, "after").await?, "it would be lost");
    Ok(())
}

#[tokio::test]
async fn the_demo_refuses_operations_once_its_folder_was_removed() -> Result<()> {
    let demo = Server::demo("empty").await?;
    fs::remove_dir_all(demo.data_dir())?;
    wait::until("a refusal", async || {
        let answer = demo.admin().post(OPERATIONS, &creation("after", 1)).await?;
        Ok((answer.status == 503).then_some(()))
    })
    .await
}
