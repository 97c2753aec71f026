//! No operation passes the ledger.

use anyhow::{Result, ensure};
use hyper::StatusCode;
use serde_json::{Value, json};
use tests::{server::Server, wait};

use crate::support::{creation, served};

async fn is_task(server: &Server, cluster: &str, id: &str) -> Result<bool> {
    let path = format!("{cluster}/apis/v1/tasks/SHOP/instances/{id}");
    Ok(server.admin().get(&path).await?.read::<Value>()?["status"] == json!("SUCCESS"))
}

async fn refuses_other_spellings(server: &Server, cluster: &str) -> Result<()> {
    for (n, path) in [
        "/apis/v1/tasks/operations;x=1",
        "/apis/v1/tasks;a/operations",
        "/apis/v1;/tasks/operations",
        "/apis/v1//tasks/operations",
        "/apis/v1/tasks/./operations",
        "/apis/v1/x/../tasks/operations",
        "/apis/v1/x/%2e%2e/tasks/operations",
    ]
    .iter()
    .enumerate()
    {
        let id = format!("other-{n}");
        let answer = server.admin().post(&format!("{cluster}{path}"), &creation(&id, 1)).await?;
        ensure!(answer.status == StatusCode::BAD_REQUEST, "{path}: {}", answer.status);
        ensure!(!is_task(server, cluster, &id).await?, "{path} creates a task");
    }
    Ok(())
}

async fn records_an_encoded_path(server: &Server, cluster: &str) -> Result<()> {
    let path = format!("{cluster}/apis/%761/tasks/%6fperations");
    let answer = server.admin().post(&path, &creation("encoded", 1)).await?;
    if !answer.status.is_success() {
        ensure!(!is_task(server, cluster, "encoded").await?, "a refused task exists");
        return Ok(());
    }
    wait::until("the submission", async || {
        let detail = server.admin().get(&format!("{cluster}/api/history/tasks/SHOP/encoded")).await?;
        if !detail.status.is_success() {
            return Ok(None);
        }
        let detail = detail.read::<Value>()?;
        Ok(detail["submissions"].as_array().is_some_and(|all| !all.is_empty()).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_cluster_takes_operations_by_one_path_only() -> Result<()> {
    let (_demo, _gateway, dashboard) = served().await?;
    refuses_other_spellings(&dashboard, "/clusters/two").await?;
    records_an_encoded_path(&dashboard, "/clusters/two").await
}

#[tokio::test]
async fn the_demo_takes_operations_by_one_path_only() -> Result<()> {
    let demo = Server::demo("empty").await?;
    refuses_other_spellings(&demo, "").await?;
    records_an_encoded_path(&demo, "").await
}
