//! The last good screen stays when the server goes.

use anyhow::Result;
use tests::{browser::visit_address, wait};

use crate::support::{PULLED, create, empty, spec};

#[tokio::test]
async fn the_screen_stays_and_says_so() -> Result<()> {
    let mut server = empty().await?;
    create(&server, &spec("one")).await?;
    server.step(PULLED).await?;
    let there = server.address().to_owned();
    visit_address(&there, async |page| {
        page.open("/").await?;
        page.see_in("[data-key='SHOP/one']", "Running").await?;
        page.expect_failure("/api/", "net::ERR_");
        server.stop().await?;
        wait::until("the page to notice", async || {
            let sign = page.text(".freshness").await?;
            Ok((sign.starts_with("Reconnecting") || sign.starts_with("Stale since")).then_some(()))
        })
        .await?;
        page.see_in("[data-key='SHOP/one']", "Running").await
    })
    .await
}
