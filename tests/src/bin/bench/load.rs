//! Tasks to create, and creating them.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::http::Http;

/// Creates a task; anything but 200 is an error.
pub async fn create(http: &Http, task: &Value) -> Result<()> {
    let operation = json!({
        "type": "CREATE", "spec": task, "opSpec": {"timeout": "5m", "parallelism": 1, "failureStrategy": "STOP"},
    });
    let answer = http.post("/apis/v1/tasks/operations", &operation).await?;
    ensure!(answer.status == 200, "CREATE: {} {}", answer.status, answer.text());
    Ok(())
}

/// A task of the simulated catalogue.
pub fn task(app: &str, id: &str, cores: u32, memory_mb: u32, iterations: u32) -> Value {
    json!({
        "sourceAppName": app, "taskId": id,
        "executable": {"type": "DOCKER", "url": "ghcr.io/appform-io/test-task", "dockerPullTimeout": "100 seconds"},
        "resources": [{"type": "CPU", "count": cores}, {"type": "MEMORY", "sizeInMB": memory_mb}],
        "placementPolicy": {"type": "ANY"},
        "env": {"ITERATIONS": iterations.to_string()},
    })
}
