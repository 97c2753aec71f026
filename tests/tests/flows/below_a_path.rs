//! Behind a proxy that has the dashboard below a path, as `docs/operations.md` says.

use anyhow::{Result, ensure};
use serde_json::Value;
use tests::{browser::visit_address, nginx::Nginx, server::Server};

use crate::support::{PULLED, sign_in};

/// The same lines as in `docs/operations.md`.
fn server(port: u16, upstream: &str) -> String {
    format!(
        "server {{ listen 127.0.0.1:{port}; location /drove/ {{ proxy_pass {upstream}; proxy_http_version 1.1; \
         proxy_set_header Connection \"\"; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; \
         proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_buffering off; \
         proxy_request_buffering off; }} }}"
    )
}

#[tokio::test]
async fn the_whole_page_works_below_a_path_of_nginx() -> Result<()> {
    let dashboard = Server::demo_below("/drove/").await?;
    let upstream = dashboard.address().trim_end_matches("/drove").to_owned();
    let nginx = Nginx::start(|port| server(port, &upstream)).await?;
    let address = format!("{}/drove", nginx.address());
    visit_address(&address, async |page| {
        page.expect_failure("/api/", "status of 401");
        page.open("/").await?;
        sign_in(page, "admin").await?;
        page.see("No tasks yet").await?;
        page.click("link", "New task").await?;
        page.fill("Source app", "SHOP").await?;
        page.fill("Task ID", "one").await?;
        page.click("button", "Create task").await?;
        page.arrive("/tasks/SHOP/one").await?;
        dashboard.step(PULLED).await?;
        page.see_in(".task-head", "Running").await?;
        page.browser().refresh().await?;
        page.see_in(".task-head", "Running").await?;
        let download = "return document.querySelector('a[download]').href";
        let download: String = page.ask(download, Value::Null).await?;
        ensure!(download.starts_with(&format!("{address}/api/logs/")), "{download}");
        page.click("link", "Executors").await?;
        page.arrive("/executors").await?;
        page.browser().back().await?;
        page.arrive("/tasks/SHOP/one").await?;
        page.see_in(".task-head", "Running").await?;
        page.open("/clusters/demo/executors").await?;
        page.see_element("table").await?;
        page.click("button", "User menu").await?;
        page.click("button", "Sign out").await?;
        sign_in(page, "guest").await
    })
    .await
}
