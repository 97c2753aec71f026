//! Drove drops what it cannot place without a trace; here it has a page that says why.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use tests::browser::visit;

use crate::support::{create, empty, show_finished, spec};

#[tokio::test]
async fn a_task_that_fits_nowhere_has_a_page() -> Result<()> {
    let server = empty().await?;
    let mut nowhere = spec("nowhere");
    // Drove's validation counts every machine for a rule, its scheduler asks the rule.
    nowhere["placementPolicy"] = json!({ "type": "RULE_BASED", "rule": "false", "ruleType": "MVEL" });
    create(&server, &nowhere).await?;
    server.step(Duration::from_secs(20)).await?;
    visit(&server, async |page| {
        page.open("/").await?;
        show_finished(page).await?;
        page.see_in("[data-key='SHOP/nowhere'] [data-state=NOT_PLACED]", "Not placed").await?;
        page.click("link", "nowhere").await?;
        page.see_in(".task-head", "Not placed").await?;
        page.see_in(".verdict-matrix", "exec-6").await?;
        page.see_in(".verdict-matrix", "ule").await?;
        page.browser().back().await?;
        page.click("button", "Actions for nowhere").await?;
        page.click("button", "Resubmit").await?;
        page.see_in(".toast", "nowhere submitted again").await?;
        server.step(Duration::from_secs(20)).await?;
        // A link to an earlier run, as somebody may have kept it.
        page.open("/tasks/SHOP/nowhere?run=1").await?;
        page.see_in(".task-head", "Run 1 of 2").await?;
        page.see("used again, by run 2").await
    })
    .await
}
