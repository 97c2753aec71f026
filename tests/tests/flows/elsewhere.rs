//! Work that does not come from this page: it appears here at once, and the other way round.

use anyhow::Result;
use tests::{browser::visit, cli::Drove};

use crate::support::{PULLED, empty, spec};

#[tokio::test]
async fn the_client_and_the_page_see_the_same() -> Result<()> {
    let server = empty().await?;
    let drove = Drove::new(server.address(), "admin");
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("task.json");
    std::fs::write(&file, spec("from-the-client").to_string())?;
    visit(&server, async |page| {
        page.open("/").await?;
        page.see("No tasks yet").await?;
        drove.run_with_file(&["tasks", "create"], &file).await?;
        page.see_element("[data-key='SHOP/from-the-client']").await?;

        page.click("link", "New task").await?;
        page.fill("Source app", "SHOP").await?;
        page.fill("Task ID", "from-the-page").await?;
        page.click("button", "Create task").await?;
        page.arrive("/tasks/SHOP/from-the-page").await?;
        server.step(PULLED).await?;
        let list = drove.run(&["tasks", "list"]).await?;
        assert!(list.contains(" from-the-page "), "{list}");

        drove.run(&["tasks", "kill", "SHOP", "from-the-page"]).await?;
        server.step(PULLED).await?;
        page.see_in(".task-head", "Cancelled").await
    })
    .await
}
