//! Connections that die without a sign, and windows that share too few of them.

use anyhow::Result;
use tests::{
    browser::{visit, visit_address},
    wire::Wire,
};

use crate::support::{PULLED, create, empty, spec};

#[tokio::test]
async fn comes_back_when_its_connections_die_without_a_sign() -> Result<()> {
    let server = empty().await?;
    let wire = Wire::to(server.address()).await?;
    visit_address(wire.address(), async |page| {
        page.open("/").await?;
        page.see_in(".freshness", "Live").await?;
        wire.kill_open_connections();
        create(&server, &spec("late")).await?;
        server.step(PULLED).await?;
        page.see_in("[data-key='SHOP/late']", "Running").await?;
        page.see_in(".freshness", "Live").await
    })
    .await
}

#[tokio::test]
async fn a_kill_over_a_dead_connection_has_an_unknown_outcome() -> Result<()> {
    let server = empty().await?;
    create(&server, &spec("one")).await?;
    server.step(PULLED).await?;
    let wire = Wire::to(server.address()).await?;
    visit_address(wire.address(), async |page| {
        page.open("/").await?;
        page.click("link", "one").await?;
        page.see_in(".task-head", "Running").await?;
        page.click("button", "Kill…").await?;
        page.find("dialog", "Kill SHOP one?").await?;
        wire.kill_all_connections();
        page.click("button", "Kill task").await?;
        page.see_in(".freshness", "Reconnecting").await?;
        page.see_in(".toast", "Kill of one: outcome unknown").await
    })
    .await
}

/// Connections that a browser opens to one server.
const CONNECTIONS: usize = 6;

#[tokio::test]
async fn a_kill_gets_through_although_windows_hold_all_connections() -> Result<()> {
    let server = empty().await?;
    create(&server, &spec("one")).await?;
    server.step(PULLED).await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.see_in(".freshness", "Live").await?;
        for _ in 1..CONNECTIONS {
            let window = page.browser().new_window().await?;
            page.browser().switch_to_window(window).await?;
            page.open("/").await?;
            page.see_in(".freshness", "Live").await?;
        }
        page.click("button", "Actions for one").await?;
        page.click("button", "Kill…").await?;
        page.click("button", "Kill task").await?;
        page.see_in(".toast", "Kill of one accepted").await
    })
    .await
}
