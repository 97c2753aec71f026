//! The machines.

use anyhow::{Result, ensure};
use serde_json::Value;
use tests::browser::visit;

use crate::support::{PULLED, create, empty, spec};

#[tokio::test]
async fn from_the_list_to_a_task_on_a_core() -> Result<()> {
    let server = empty().await?;
    let mut wanted = spec("one");
    wanted["placementPolicy"] = serde_json::json!({ "type": "MATCH_TAG", "tag": "gpu" });
    create(&server, &wanted).await?;
    server.step(PULLED).await?;
    // Executors report what they hold every 20 s.
    server.step(2 * PULLED).await?;
    visit(&server, async |page| {
        page.open("/executors").await?;
        page.find("table", "Executors").await?;
        page.see_in(".executor-table", "gpu").await?;
        page.click("link", "exec-6").await?;
        page.see_in("h1", "exec-6").await?;
        page.see_in("main", "SHOP").await?;
        page.narrow(true).await?;
        ensure!(page.ask::<bool>(ID_IS_SEEN, Value::Null).await?, "the task's ID has to be scrolled to");
        page.narrow(false).await?;
        page.click("link", "one").await?;
        page.see_in(".task-head", "one").await?;
        page.see_in(".task-head", "Running").await
    })
    .await
}

/// Whether the ID of the first task lies within what is seen of the table.
const ID_IS_SEEN: &str = "
const seen = document.querySelector('.table-scroll').getBoundingClientRect();
const id = document.querySelector('.executor-tasks tbody a').getBoundingClientRect();
return id.left >= seen.left && id.right <= seen.right;";

/// On how many lines the longest total stands.
const LINES: &str = "
const totals = [...document.querySelectorAll('.capacity__of')];
return Math.max(...totals.map(total => total.getClientRects().length));";

#[tokio::test]
async fn a_total_is_not_broken_on_a_telephone() -> Result<()> {
    let server = empty().await?;
    visit(&server, async |page| {
        page.narrow(true).await?;
        page.open("/executors").await?;
        page.see_in(".capacity", "GiB").await?;
        page.screenshot("capacity-390").await?;
        ensure!(page.ask::<u32>(LINES, Value::Null).await? == 1, "a total is broken");
        Ok(())
    })
    .await
}
