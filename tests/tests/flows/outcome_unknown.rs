//! The leader loses an answer: the page says that nobody knows, sends nothing again, and shows what turns out.

use anyhow::Result;
use tests::{
    browser::visit,
    gateway::{Gateway, Loss},
    page::Page,
    server::Server,
};

use crate::support::{PULLED, cluster, empty, sign_in};

/// A cluster, what loses its answers, and the dashboard in front of both.
async fn behind_a_gateway() -> Result<(Server, Gateway, Server)> {
    let there = empty().await?;
    let gateway = Gateway::before(there.address()).await?;
    let dashboard = Server::serve(&cluster("only", "Only", "#2458d3", gateway.address())).await?;
    Ok((there, gateway, dashboard))
}

async fn create_on_the_page(page: &Page, id: &str) -> Result<()> {
    page.click("link", "New task").await?;
    page.fill("Source app", "SHOP").await?;
    page.fill("Task ID", id).await?;
    page.fill("Image URL", "ghcr.io/appform-io/test-task").await?;
    page.fill("CPU", "1").await?;
    page.fill("Memory", "128").await?;
    page.click("button", "Create task").await?;
    page.arrive(&format!("/tasks/SHOP/{id}")).await
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_settles_as_the_cluster_has_it() -> Result<()> {
    let (there, gateway, dashboard) = behind_a_gateway().await?;
    visit(&dashboard, async |page| {
        page.expect_failure("/api/", "status of 401");
        page.expect_failure("/apis/v1/tasks/operations", "status of 504");
        page.open("/").await?;
        sign_in(page, "admin").await?;

        gateway.lose(Loss::Answer);
        create_on_the_page(page, "carried-out").await?;
        page.see_in(".toast", "Creation of carried-out: outcome unknown").await?;
        there.step(PULLED).await?;
        page.see_in(".task-head", "Running").await?;

        gateway.lose(Loss::Request);
        create_on_the_page(page, "never-arrived").await?;
        page.see_in(".task-head", "Outcome unknown").await?;
        page.see("The answer was lost. Reading the task back; nothing is sent again.").await?;
        page.screenshot("outcome-unknown").await?;
        page.see_in(".task-head", "Not placed").await
    })
    .await
}

#[tokio::test]
async fn a_kill_whose_answer_is_lost_is_told_by_what_follows() -> Result<()> {
    let (there, gateway, dashboard) = behind_a_gateway().await?;
    visit(&dashboard, async |page| {
        page.expect_failure("/api/", "status of 401");
        page.expect_failure("/apis/v1/tasks/operations", "status of 504");
        page.open("/").await?;
        sign_in(page, "admin").await?;
        create_on_the_page(page, "victim").await?;
        there.step(PULLED).await?;
        page.see_in(".task-head", "Running").await?;

        gateway.lose(Loss::Answer);
        page.click("button", "Kill…").await?;
        page.click("button", "Kill task").await?;
        page.see_in(".toast", "Kill of victim: outcome unknown").await?;
        there.step(PULLED).await?;
        page.see_in(".task-head", "Cancelled").await
    })
    .await
}
