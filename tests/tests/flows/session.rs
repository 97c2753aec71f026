//! Who is signed in, and what they may do.

use anyhow::Result;
use tests::browser::visit;

use crate::support::{PULLED, create, empty, spec};

#[tokio::test]
async fn a_guest_reads_and_is_told_why_not_more() -> Result<()> {
    let server = empty().await?;
    create(&server, &spec("one")).await?;
    server.step(PULLED).await?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.see_in(".identity", "admin").await?;
        page.click("button", "User menu").await?;
        page.click("button", "Sign out").await?;
        page.fill("User", "guest").await?;
        page.expect_failure("/api/session", "status of 401");
        page.fill("Password", "wrong").await?;
        page.click("button", "Sign in").await?;
        page.see_in("main", "password").await?;
        page.fill("Password", "guest").await?;
        page.click("button", "Sign in").await?;
        page.see_in(".identity", "guest").await?;

        page.open("/tasks/SHOP/one").await?;
        page.see_in(".task-head", "Running").await?;
        let kill = page.find("button", "Kill…").await?;
        assert_eq!(kill.attr("aria-disabled").await?.as_deref(), Some("true"));
        page.open("/new").await?;
        page.see_in(".new-task-foot", "Your role may read, not create or kill.").await
    })
    .await
}
