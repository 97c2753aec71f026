//! The machines.

use anyhow::Result;
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
        page.click("link", "one").await?;
        page.see_in(".task-head", "one").await?;
        page.see_in(".task-head", "Running").await
    })
    .await
}
