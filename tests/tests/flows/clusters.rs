//! Real clusters behind one dashboard. Each of them is a demo: it answers as Drove does.

use anyhow::Result;
use serde_json::json;
use tests::{
    browser::{visit, visit_address},
    http::Http,
    page::Page,
    server::Server,
};

use crate::support::{PULLED, cluster, create, creation, empty, show_finished, sign_in, spec};

/// `#2458d3`, as the browser says it.
const NORTH: &str = "rgb(36, 88, 211)";

/// Whether no dot of a cluster is narrower than high.
const DOTS_ARE_ROUND: &str = "
const dots = [...document.querySelectorAll('.cluster-entry .cluster__dot')].map(dot => dot.getBoundingClientRect());
return dots.some(dot => dot.width > 0) && dots.every(dot => dot.width === dot.height);";

async fn colour_is(page: &Page, selector: &str, property: &str, colour: &str) -> Result<()> {
    page.see_element(selector).await?;
    let script = "return getComputedStyle(document.querySelector(arguments[0][0]))[arguments[0][1]]";
    let shown: String = page.ask(script, json!([selector, property])).await?;
    anyhow::ensure!(shown == colour, "{selector}: {shown}");
    Ok(())
}

#[tokio::test]
async fn each_of_two_clusters_is_signed_in_to_by_itself() -> Result<()> {
    let (north, south) = (empty().await?, empty().await?);
    for (there, id) in [(&north, "in-the-north"), (&south, "in-the-south")] {
        create(there, &spec(id)).await?;
        there.step(PULLED).await?;
    }
    let clusters =
        [cluster("north", "North", "#2458d3", north.address()), cluster("south", "South", "#b4540a", south.address())];
    let dashboard = Server::serve(&clusters.concat()).await?;
    visit(&dashboard, async |page| {
        page.expect_failure("/api/", "status of 401");
        page.expect_failure("/clusters/south/api/", "status of 401");
        page.open("/").await?;
        sign_in(page, "admin").await?;
        page.see_in("[data-key='SHOP/in-the-north']", "SHOP").await?;
        colour_is(page, ".sidebar .cluster__colour", "backgroundColor", NORTH).await?;
        page.see_element(".cluster--more").await?.click().await?;
        page.see_in(".cluster-entry--controller", "leads").await?;
        colour_is(page, "a.cluster-entry .cluster__colour", "backgroundColor", NORTH).await?;
        anyhow::ensure!(page.ask::<bool>(DOTS_ARE_ROUND, json!(null)).await?, "a dot is squeezed");
        page.screenshot("clusters").await?;

        page.see_element("a.cluster-entry[href='/clusters/south/']").await?.click().await?;
        sign_in(page, "guest").await?;
        page.see_in(".cluster__name", "South").await?;
        page.see_in("[data-key='SHOP/in-the-south']", "SHOP").await?;
        page.click("link", "New task").await?;
        page.see_in(".new-task-foot", "Your role may read, not create or kill.").await?;

        // The address of another cluster's sign-in page, as a bookmark has it.
        page.open("/login").await?;
        page.field("Cluster").await?;
        colour_is(page, ".login__cluster", "borderInlineStartColor", NORTH).await?;
        page.open("/").await?;
        page.narrow(true).await?;
        page.click("button", "User menu").await?;
        page.see_in(".top-bar__menu a.cluster-entry[href='/clusters/south/']", "South").await?;
        page.screenshot("clusters-narrow").await?;
        page.press(thirtyfour::Key::Escape + "").await?;
        page.narrow(false).await?;
        page.see_in(".identity", "admin").await?;
        page.see_in("[data-key='SHOP/in-the-north']", "SHOP").await
    })
    .await
}

#[tokio::test]
async fn what_was_seen_stays_while_there_is_no_leader_and_goes_on_without_a_reload() -> Result<()> {
    let mut cluster_there = empty().await?;
    create(&cluster_there, &spec("one")).await?;
    cluster_there.step(PULLED).await?;
    let dashboard = Server::serve(&cluster("only", "Only", "#2458d3", cluster_there.address())).await?;
    let address = dashboard.address().to_owned();
    visit_address(&address, async |page| {
        page.expect_failure("/api/", "status of 401");
        page.expect_failure("/api/", "status of 503");
        page.open("/").await?;
        sign_in(page, "admin").await?;
        page.see_in("[data-key='SHOP/one']", "Running").await?;
        page.ask::<bool>("window.neverReloaded = true; return true", json!(null)).await?;

        cluster_there.stop().await?;
        page.see_in(".banner", "No leader.").await?;
        page.see_in("[data-key='SHOP/one']", "Running").await?;
        page.screenshot("no-leader").await?;

        cluster_there.start_again().await?;
        create(&cluster_there, &spec("two")).await?;
        cluster_there.step(PULLED).await?;
        page.see_in("[data-key='SHOP/two']", "SHOP").await?;
        assert!(!page.text(".banner").await?.contains("No leader"));
        assert!(
            page.ask::<bool>("return window.neverReloaded === true", json!(null)).await?,
            "the page was loaded again"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_page_that_is_opened_without_a_leader_says_so_and_goes_on_without_a_reload() -> Result<()> {
    let mut cluster_there = empty().await?;
    cluster_there.stop().await?;
    let dashboard = Server::serve(&cluster("only", "Only", "#2458d3", cluster_there.address())).await?;
    let address = dashboard.address().to_owned();
    visit_address(&address, async |page| {
        page.expect_failure("/api/", "status of 401");
        page.expect_failure("/api/", "status of 503");
        page.open("/").await?;
        page.see_in(".banner", "No leader.").await?;
        page.see_in(".cluster__name", "Only").await?;
        page.ask::<bool>("window.neverReloaded = true; return true", json!(null)).await?;
        page.screenshot("opened-without-leader").await?;

        cluster_there.start_again().await?;
        sign_in(page, "admin").await?;
        page.see_in("body", "leader ctl-1").await?;
        // It is listed as soon as the dashboard hears of it, however late that is.
        create(&cluster_there, &spec("one")).await?;
        cluster_there.step(PULLED).await?;
        page.see_in("[data-key='SHOP/one']", "SHOP").await?;
        assert!(
            page.ask::<bool>("return window.neverReloaded === true", json!(null)).await?,
            "the page was loaded again"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_a_real_cluster_drops_without_a_trace_is_kept() -> Result<()> {
    let there = empty().await?;
    let dashboard = Server::serve(&cluster("only", "Only", "#2458d3", there.address())).await?;
    let mut nowhere = spec("nowhere");
    nowhere["placementPolicy"] = json!({ "type": "RULE_BASED", "rule": "false", "ruleType": "MVEL" });
    // Only what passes through the dashboard can be missed.
    let admin = Http::new(dashboard.address()).sign_in("admin", "admin");
    let answer = admin.post("/apis/v1/tasks/operations", &creation(&nowhere)).await?;
    anyhow::ensure!(answer.status.is_success(), "{}", answer.text());
    visit(&dashboard, async |page| {
        page.expect_failure("/api/", "status of 401");
        page.open("/").await?;
        sign_in(page, "admin").await?;
        show_finished(page).await?;
        page.see_in("[data-key='SHOP/nowhere'] [data-state=NOT_PLACED]", "Not placed").await?;
        page.click("link", "nowhere").await?;
        page.see_in(".verdict-matrix", "exec-6").await
    })
    .await
}

#[tokio::test]
async fn a_cluster_that_is_not_served_has_a_page_that_says_so() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.expect_failure("/clusters/nope/", "status of 404");
        page.open("/clusters/nope/").await?;
        page.see_in("h1", "Not found").await?;
        page.see("No such cluster is served here").await?;
        page.screenshot("no-such-cluster").await?;
        page.click("link", "Go to the default cluster").await?;
        page.arrive("/").await?;
        page.see("No tasks yet").await
    })
    .await
}
