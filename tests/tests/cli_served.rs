//! Drove's own client, `drove-cli` 0.0.14, unmodified, through a dashboard in front of two clusters: by the bare address it
//! is talking to the default one, by `/clusters/NAME` to that of the name.

use anyhow::Result;
use model::dashboard::ClockRequest;
use serde_json::json;
use std::time::Duration;
use tempfile::TempDir;
use tests::{cli::Drove, server::Server, wait};

/// Longer than any pull of `test-task` takes.
const PULLED: Duration = Duration::from_secs(10);

/// A demo without work, whose time stands still, as a controller of a cluster; and its line of the configuration.
async fn cluster(name: &str) -> Result<(Server, String)> {
    let server = Server::demo("empty").await?;
    server.clock(ClockRequest::Pause).await?;
    let account = "username = \"guest\"\npassword = \"guest\"\n";
    let config = format!("[[clusters]]\nname = \"{name}\"\ncontrollers = [\"{}\"]\n{account}", server.address());
    Ok((server, config))
}

/// What stands behind a name in the client's two columns.
fn fact<'text>(text: &'text str, name: &str) -> &'text str {
    let line = text.lines().find(|line| line.starts_with(&format!("{name}  ")));
    line.map_or("", |line| line[name.len()..].trim())
}

#[tokio::test]
async fn a_task_from_create_to_kill_in_either_of_two_clusters() -> Result<()> {
    let (north, one) = cluster("north").await?;
    let (south, two) = cluster("south").await?;
    let dashboard = Server::serve(&format!("{one}{two}")).await?;
    let files = TempDir::new()?;
    for (prefix, there, id) in [("", &north, "in-north"), ("/clusters/south", &south, "in-south")] {
        let drove = Drove::new(&format!("{}{prefix}", dashboard.address()), "admin");
        wait::until("a leader", async || {
            let words = drove.run(&["cluster", "ping"]).await?;
            Ok((words == "Cluster ping successful\n").then_some(()))
        })
        .await?;
        let summary = drove.run(&["cluster", "summary"]).await?;
        assert_eq!(fact(&summary, "State"), "NORMAL");
        assert_eq!(fact(&summary, "Number of live executors"), "6");
        let spec = json!({
            "sourceAppName": "REC", "taskId": id,
            "executable": { "type": "DOCKER", "url": "ghcr.io/appform-io/test-task", "dockerPullTimeout": "100 seconds" },
            "resources": [{ "type": "CPU", "count": 1 }, { "type": "MEMORY", "sizeInMB": 64 }],
            "placementPolicy": { "type": "ANY" },
            "env": { "ITERATIONS": "3600" }
        });
        let file = files.path().join(id);
        std::fs::write(&file, spec.to_string())?;
        let created = drove.run_with_file(&["tasks", "create"], &file).await?;
        assert_eq!(
            created,
            format!("Task created. Source App Name: REC Task ID: {id}. Drove assigned task ID: REC-{id}\n")
        );
        there.step(PULLED).await?;
        let list = drove.run(&["tasks", "list"]).await?;
        assert_eq!(list.lines().filter(|line| line.contains("  REC ")).count(), 1, "of this cluster alone: {list}");
        let show = async || drove.run(&["tasks", "show", "REC", id]).await;
        assert_eq!(fact(&show().await?, "State"), "RUNNING");
        assert_eq!(fact(&drove.run(&["tasks", "logs", "REC", id]).await?, "files"), "['output.log']");
        let copy = files.path().join(format!("{id}.log"));
        drove.run_with_file(&["tasks", "download", "REC", id, "output.log", "--out"], &copy).await?;
        assert!(std::fs::read_to_string(copy)?.contains("Pulling docker image: ghcr.io/appform-io/test-task\n"));
        let again = drove.run_with_file(&["tasks", "create"], &file).await?;
        assert!(again.contains(&format!("- Task already exists for REC/{id} with taskID: REC-{id}\n")), "{again}");
        assert_eq!(drove.run(&["tasks", "kill", "REC", id]).await?, "Task kill issued\n");
        there.step(PULLED).await?;
        assert_eq!(fact(&show().await?, "Result"), "CANCELLED (Task exit code: -1)");
    }
    let nowhere = Drove::new(&format!("{}/clusters/west", dashboard.address()), "admin");
    assert_ne!(nowhere.run(&["cluster", "ping"]).await?, "Cluster ping successful\n");
    Ok(())
}
