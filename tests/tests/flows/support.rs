//! Worlds to begin with.

use std::time::Duration;

use anyhow::{Result, ensure};
use model::dashboard::ClockRequest;
use serde_json::{Value, json};
use tests::{page::Page, server::Server};

/// Longer than any pull of `test-task` takes.
pub const PULLED: Duration = Duration::from_secs(10);

/// A cluster with no work of its own, whose time stands still.
pub async fn empty() -> Result<Server> {
    still("empty").await
}

/// The cluster people see first, whose time stands still.
pub async fn laptop() -> Result<Server> {
    still("laptop").await
}

async fn still(scenario: &str) -> Result<Server> {
    let server = Server::demo(scenario).await?;
    server.clock(ClockRequest::Pause).await?;
    Ok(server)
}

/// One of `[[clusters]]` at the address of a controller, watched by its administrator.
pub fn cluster(name: &str, label: &str, colour: &str, controller: &str) -> String {
    format!(
        "[[clusters]]\nname = \"{name}\"\nlabel = \"{label}\"\ncolour = \"{colour}\"\n\
         controllers = [\"{controller}\"]\nusername = \"admin\"\npassword = \"admin\"\n"
    )
}

/// Signs in on the login page, as a user whose password is the name.
pub async fn sign_in(page: &Page, user: &str) -> Result<()> {
    page.fill("User", user).await?;
    page.fill("Password", user).await?;
    page.click("button", "Sign in").await?;
    page.see_in(".identity", user).await
}

/// Changes from the active tasks to those that ended.
pub async fn show_finished(page: &Page) -> Result<()> {
    Ok(page.see_element(".tasks__tabs a[href*='tab=finished']").await?.click().await?)
}

/// A small task that runs for an hour unless it is killed.
pub fn spec(id: &str) -> Value {
    json!({
        "sourceAppName": "SHOP", "taskId": id,
        "executable": {
            "type": "DOCKER", "url": "ghcr.io/appform-io/test-task", "dockerPullTimeout": "100 seconds"
        },
        "resources": [{ "type": "CPU", "count": 1 }, { "type": "MEMORY", "sizeInMB": 128 }],
        "placementPolicy": { "type": "ANY" },
        "env": { "ITERATIONS": "3600" }
    })
}

/// Creates a task through Drove's API, as another program would.
pub async fn create(server: &Server, spec: &Value) -> Result<()> {
    let answer = server.admin().post("/apis/v1/tasks/operations", &creation(spec)).await?;
    ensure!(answer.status.is_success(), "{}", answer.text());
    Ok(())
}

/// The document that asks for it.
pub fn creation(spec: &Value) -> Value {
    json!({
        "type": "CREATE", "spec": spec,
        "opSpec": { "timeout": "5m", "parallelism": 1, "failureStrategy": "STOP" }
    })
}
