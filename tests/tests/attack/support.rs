//! A dashboard in front of a cluster.

use anyhow::Result;
use serde_json::{Value, json};
use tests::{gateway::Gateway, server::Server, wait};

/// Path of CREATE and KILL.
pub const OPERATIONS: &str = "/apis/v1/tasks/operations";

/// A demo, a gateway before it, and a dashboard that serves it as the clusters `one` and `two`, once both are led.
pub async fn served() -> Result<(Server, Gateway, Server)> {
    let demo = Server::demo("empty").await?;
    let gateway = Gateway::before(demo.address()).await?;
    let cluster = |name: &str| {
        format!(
            "[[clusters]]\nname = \"{name}\"\ncontrollers = [\"{}\"]\nusername = \"admin\"\npassword = \"admin\"\n",
            gateway.address()
        )
    };
    let dashboard = Server::serve(&format!("{}{}", cluster("one"), cluster("two"))).await?;
    for name in ["one", "two"] {
        wait::until("a leader", async || {
            let answer = dashboard.admin().get(&format!("/clusters/{name}/apis/v1/ping")).await?;
            Ok(answer.status.is_success().then_some(()))
        })
        .await?;
    }
    Ok((demo, gateway, dashboard))
}

/// A CREATE of SHOP/`id` with a variable of so many bytes.
pub fn creation(id: &str, bytes: usize) -> Value {
    json!({
        "type": "CREATE",
        "spec": {
            "sourceAppName": "SHOP", "taskId": id,
            "executable": { "type": "DOCKER", "url": "demo/x:1", "dockerPullTimeout": "100 seconds" },
            "resources": [{ "type": "CPU", "count": 1 }, { "type": "MEMORY", "sizeInMB": 128 }],
            "placementPolicy": { "type": "ANY" },
            "env": { "FILLER": "x".repeat(bytes) }
        },
        "opSpec": { "timeout": "5m", "parallelism": 1, "failureStrategy": "STOP" }
    })
}
