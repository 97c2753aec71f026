//! Who is signed in, and what they may do.

use anyhow::Result;
use tests::{browser::visit, http::Http, server::Server};

use crate::support::{PULLED, create, creation, empty, sign_in, spec};

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

#[tokio::test]
async fn signing_in_stays_on_this_site_whatever_the_link_says() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.expect_failure("/api/", "status of 401");
        page.open("/").await?;
        for (next, arrives) in [
            ("%2F%09%2Fevil.example%2Fx", "/"),
            ("%2F%0A%2Fevil.example%2Fx", "/"),
            ("%2F%5Cevil.example%2Fx", "/"),
            ("%2F.%2F%2Fevil.example%2Fx", "/"),
            ("%2F%2Fevil.example%2Fx", "/"),
            ("https:%2F%2Fevil.example%2F", "/"),
            ("%2Fnothing-here", "/"),
            ("%2Fexecutors%3Fx%3D1", "/executors?x=1"),
        ] {
            page.click("button", "User menu").await?;
            page.click("button", "Sign out").await?;
            page.find("button", "Sign in").await?;
            page.open(&format!("/login?next={next}")).await?;
            sign_in(page, "guest").await?;
            page.arrive(arrives).await?;
        }
        Ok(())
    })
    .await
}

const USERS: &str = r#"
[[demo.users]]
name = "boss"
password = "boss"
role = "EXTERNAL_ROOT"

[[demo.users]]
name = "eva"
password = "eva"
"#;

#[tokio::test]
async fn whoever_has_no_role_is_told_why_there_is_no_log_and_no_create() -> Result<()> {
    let server = Server::with_users(USERS).await?;
    let boss = Http::new(server.address()).sign_in("boss", "boss");
    let answer = boss.post("/apis/v1/tasks/operations", &creation(&spec("one"))).await?;
    anyhow::ensure!(answer.status.is_success(), "{}", answer.text());
    visit(&server, async |page| {
        page.expect_failure("/api/", "status of 401");
        page.open("/").await?;
        page.fill("User", "eva").await?;
        page.fill("Password", "eva").await?;
        page.click("button", "Sign in").await?;
        page.see_in(".identity", "eva").await?;
        page.see_in("[data-key='SHOP/one']", "SHOP").await?;

        let why = "You have no role here: tasks and executors can be read, and nothing else.";
        page.expect_failure("/api/logs/", "status of 403");
        page.open("/tasks/SHOP/one").await?;
        page.see_in("main", why).await?;
        let kill = page.find("button", "Kill…").await?;
        assert_eq!(kill.attr("aria-disabled").await?.as_deref(), Some("true"));
        page.open("/new").await?;
        page.see_in(".new-task-foot", why).await
    })
    .await
}
