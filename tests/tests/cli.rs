//! Drove's own client, `drove-cli` 0.0.14, unmodified, against the demo: every command of its that a demo can answer.
//! What it prints is compared with what it printed against a real cluster.

use std::{path::PathBuf, pin::pin, time::Duration};

use anyhow::{Context, Result, bail};
use model::dashboard::ClockRequest;
use serde_json::json;
use tempfile::TempDir;
use tests::{cli::Drove, server::Server, wait};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    time::timeout,
};

/// Longer than any pull of `test-task` takes.
const PULLED: Duration = Duration::from_secs(10);

/// Executors report what they hold every 20 s.
const REPORTED: Duration = Duration::from_secs(21);

/// Drove sums a cluster up every 30 s; until then the summary is the old one.
const SUMMARISED: Duration = Duration::from_secs(31);

struct World {
    server: Server,
    drove: Drove,
    files: TempDir,
}

impl World {
    /// A cluster with no work of its own, whose time stands still.
    async fn empty() -> Result<World> {
        let server = Server::demo("empty").await?;
        server.clock(ClockRequest::Pause).await?;
        Ok(World { drove: Drove::new(server.address(), "admin"), server, files: TempDir::new()? })
    }

    fn spec(&self, id: &str) -> Result<PathBuf> {
        let spec = json!({
            "sourceAppName": "REC", "taskId": id,
            "executable": {
                "type": "DOCKER", "url": "ghcr.io/appform-io/test-task", "dockerPullTimeout": "100 seconds"
            },
            "resources": [{ "type": "CPU", "count": 1 }, { "type": "MEMORY", "sizeInMB": 64 }],
            "placementPolicy": { "type": "ANY" },
            "env": { "ITERATIONS": "3600" }
        });
        self.file(id, &spec)
    }

    fn file(&self, name: &str, content: &serde_json::Value) -> Result<PathBuf> {
        let file = self.files.path().join(format!("{name}.json"));
        std::fs::write(&file, content.to_string())?;
        Ok(file)
    }

    async fn create(&self, id: &str) -> Result<String> {
        self.drove.run_with_file(&["tasks", "create"], &self.spec(id)?).await
    }

    /// A task that runs until it is killed.
    async fn running(&self, id: &str) -> Result<()> {
        self.create(id).await?;
        self.server.step(PULLED).await?;
        assert_eq!(fact(&self.show(id).await?, "State"), "RUNNING");
        Ok(())
    }

    async fn show(&self, id: &str) -> Result<String> {
        self.drove.run(&["tasks", "show", "REC", id]).await
    }

    /// Lets demo time run, a second at each look, until `work` is done.
    async fn while_time_passes<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let mut work = pin!(work);
        wait::until("what takes demo time", async || match timeout(wait::INTERVAL, &mut work).await {
            Ok(done) => done.map(Some),
            Err(_) => self.server.step(Duration::from_secs(1)).await.map(|_| None),
        })
        .await
    }

    /// The identifier of the executor on a host, from the list that the client prints.
    async fn executor(&self, host: &str) -> Result<String> {
        let list = self.drove.run(&["executor", "list"]).await?;
        let row = list.lines().find(|line| line.split_whitespace().nth(1) == Some(host)).context("no such host")?;
        Ok(row.split_whitespace().next().context("an empty row")?.to_owned())
    }
}

/// What stands behind a name in the client's two columns.
fn fact<'text>(text: &'text str, name: &str) -> &'text str {
    let line = text.lines().find(|line| line.starts_with(&format!("{name}  ")));
    line.map_or("", |line| line[name.len()..].trim())
}

#[tokio::test]
async fn the_cluster() -> Result<()> {
    let World { drove, .. } = &World::empty().await?;
    assert_eq!(drove.run(&["cluster", "ping"]).await?, "Cluster ping successful\n");
    assert_eq!(drove.run(&["cluster", "leader"]).await?, "Cluster leader: ctl-1:4000\n");
    let summary = drove.run(&["cluster", "summary"]).await?;
    assert_eq!(fact(&summary, "State"), "NORMAL");
    assert_eq!(fact(&summary, "Leader Controller"), "ctl-1:4000");
    assert_eq!(fact(&summary, "Cores"), "Utilization: 0% (Total: 192 Used: 0 Free: 192)");
    assert_eq!(fact(&summary, "Memory"), "Utilization: 0% (Total: 737,280 MB Used: 0 MB Free: 737,280 MB)");
    assert_eq!(fact(&summary, "Number of live executors"), "6");
    assert_eq!(fact(&summary, "Applications"), "Active: 0 Total: 0");
    let described = drove.run(&["describe", "cluster"]).await?;
    assert!(described.contains("  Leader:            ctl-1:4000\n"), "{described}");
    assert!(described.contains("Executors (6):\n"), "{described}");
    assert!(described.contains("      Host: exec-6:3000\n"), "{described}");
    assert!(described.contains("      Tags: exec-6, gpu\n"), "{described}");
    let apps = drove.run(&["apps", "list"]).await?;
    assert_eq!(apps.lines().count(), 2, "only a head: {apps}");
    assert!(apps.starts_with("Id    Name    State    Total CPU"), "{apps}");
    Ok(())
}

#[tokio::test]
async fn a_task_from_create_to_kill() -> Result<()> {
    let world = World::empty().await?;
    let drove = &world.drove;
    let head = "Id    Source App    Task ID    State    Host    CPU    Memory(MB)    Created    Updated\n";
    assert!(drove.run(&["tasks", "list"]).await?.starts_with(head));

    let created = "Task created. Source App Name: REC Task ID: one. Drove assigned task ID: REC-one\n";
    assert_eq!(world.create("one").await?, created);
    world.server.step(PULLED).await?;

    let list = drove.run(&["tasks", "list"]).await?;
    let row: Vec<&str> = list.lines().nth(2).context("no row")?.split_whitespace().collect();
    assert!(row[0].starts_with("TI-"), "{list}");
    assert_eq!(row[1..4], ["REC", "one", "RUNNING"]);
    assert_eq!(row[5..7], ["1", "64"]);
    assert_eq!(drove.run(&["tasks", "list", "--app", "OTHER"]).await?.lines().count(), 2);

    let shown = world.show("one").await?;
    assert_eq!(fact(&shown, "Source App"), "REC");
    assert_eq!(fact(&shown, "Task ID"), "one");
    assert_eq!(fact(&shown, "State"), "RUNNING");
    assert_eq!(fact(&shown, "Executor Host"), row[4]);
    assert_eq!(fact(&shown, "Executable"), "ghcr.io/appform-io/test-task (DOCKER)");

    let described = drove.run(&["describe", "task", "REC", "one"]).await?;
    assert!(described.contains("  State:             RUNNING\n"), "{described}");
    assert!(described.contains("  Memory:            64 MB\n"), "{described}");
    let described = drove.run(&["describe", "task", "REC", "one", "--json"]).await?;
    let described: serde_json::Value = serde_json::from_str(&described)?;
    assert_eq!(described["hostname"], row[4]);
    assert_eq!(described["executable"]["url"], "ghcr.io/appform-io/test-task");

    assert_eq!(drove.run(&["tasks", "kill", "REC", "one"]).await?, "Task kill issued\n");
    world.server.step(PULLED).await?;
    let shown = world.show("one").await?;
    assert_eq!(fact(&shown, "State"), "STOPPED");
    assert_eq!(fact(&shown, "Result"), "CANCELLED (Task exit code: -1)");
    assert_eq!(drove.run(&["tasks", "list"]).await?.lines().count(), 2);
    Ok(())
}

#[tokio::test]
async fn refusals_in_droves_words() -> Result<()> {
    let world = World::empty().await?;
    let drove = &world.drove;
    world.running("one").await?;
    assert_eq!(
        world.create("one").await?,
        "Error: [400 - FAILED] Command validation failure.\nValidation errors:\n  \
         - Task already exists for REC/one with taskID: REC-one\n"
    );
    assert_eq!(
        drove.run(&["tasks", "kill", "REC", "NOPE"]).await?,
        "Error: [400 - FAILED] Command validation failure.\nValidation errors:\n  \
         - Either task does not exist or has already finished for REC/NOPE\n"
    );
    assert_eq!(
        drove.run(&["tasks", "show", "REC", "NOPE"]).await?,
        "Error making Drove call: No such task instance REC/NOPE\n"
    );
    assert_eq!(
        drove.run(&["executor", "info", "NOPE"]).await?,
        "Error making Drove call: No executor found with id: NOPE\n"
    );
    let mut spec: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(world.spec("two")?)?)?;
    spec["resources"] = json!([]);
    assert_eq!(
        drove.run_with_file(&["tasks", "create"], &world.file("invalid", &spec)?).await?,
        "Error: [400 - FAILED] Command validation failure.\nValidation errors:\n  \
         - spec.resources - CPU/Memory requirements must be specified\n"
    );
    Ok(())
}

#[tokio::test]
async fn a_role_that_may_only_read() -> Result<()> {
    let world = World::empty().await?;
    let guest = Drove::new(world.server.address(), "guest");
    assert_eq!(guest.run(&["cluster", "ping"]).await?, "Cluster ping successful\n");
    let words = guest.run_with_file(&["tasks", "create"], &world.spec("one")?).await?;
    assert!(words.contains("403"), "{words}");
    assert_eq!(world.drove.run(&["tasks", "list"]).await?.lines().count(), 2, "nothing was created");
    Ok(())
}

#[tokio::test]
async fn logs() -> Result<()> {
    let world = World::empty().await?;
    let drove = &world.drove;
    world.running("one").await?;
    assert_eq!(fact(&drove.run(&["tasks", "logs", "REC", "one"]).await?, "files"), "['output.log']");

    let copy = world.files.path().join("output.log");
    let download = ["tasks", "download", "REC", "one", "output.log", "--out"];
    drove.run_with_file(&download, &copy).await?;
    let text = std::fs::read_to_string(copy)?;
    assert!(text.contains("Pulling docker image: ghcr.io/appform-io/test-task\n"), "{text}");
    assert!(text.contains("| InstanceLogHandler             | Iteration 1 of 3600\n"), "{text}");

    let mut tail = drove.start(&["tasks", "tail", "REC", "one"])?;
    let mut lines = BufReader::new(tail.stdout.take().context("no output")?).lines();
    let new_line = async {
        while let Some(line) = lines.next_line().await? {
            if line.contains("| Iteration ") {
                return Ok(());
            }
        }
        bail!("the tail ended")
    };
    world.while_time_passes(new_line).await?;
    Ok(())
}

#[tokio::test]
async fn executors() -> Result<()> {
    let world = World::empty().await?;
    let drove = &world.drove;
    let gpu = world.executor("exec-6").await?;
    let info = drove.run(&["executor", "info", &gpu]).await?;
    assert_eq!(fact(&info, "ID"), gpu);
    assert_eq!(fact(&info, "Host"), "exec-6");
    assert_eq!(fact(&info, "State"), "ACTIVE");
    let node = "        NUMA node 1                   Free cores: 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n";
    assert!(info.contains(node), "{info}");
    let described = drove.run(&["describe", "executor", &gpu]).await?;
    assert!(described.contains("  Hostname:        exec-6\n"), "{described}");
    assert!(described.contains("  Tags:            exec-6, gpu\n"), "{described}");

    world.running("one").await?;
    let host = fact(&world.show("one").await?, "Executor Host").to_owned();
    world.server.step(REPORTED).await?;
    let tasks = drove.run(&["executor", "tasks", &world.executor(&host).await?]).await?;
    assert!(tasks.lines().nth(2).is_some_and(|row| row.contains("  REC ") && row.contains("RUNNING")), "{tasks}");
    Ok(())
}

#[tokio::test]
async fn blacklisting() -> Result<()> {
    let world = World::empty().await?;
    let one = world.executor("exec-1").await?;
    for (command, state) in [("blacklist", "BLACKLISTED"), ("unblacklist", "ACTIVE")] {
        // Drove answers when the executor has confirmed.
        let words = world.while_time_passes(world.drove.run(&["executor", command, &one])).await?;
        assert!(words.contains(&format!("Successful: {one}\n")), "{words}");
        world.server.step(REPORTED).await?;
        assert_eq!(fact(&world.drove.run(&["executor", "info", &one]).await?, "State"), state);
    }
    Ok(())
}

#[tokio::test]
async fn events() -> Result<()> {
    let world = World::empty().await?;
    world.running("one").await?;
    let events = world.drove.run(&["cluster", "events", "-c", "3"]).await?;
    let states = ["RUNNING", "STARTING", "PROVISIONING"].map(|state| format!("\"CURRENT_STATE\": \"{state}\""));
    assert_eq!(events.lines().count(), 3, "{events}");
    for (line, state) in events.lines().zip(states) {
        assert!(line.starts_with("TASK_STATE_CHANGE ") && line.contains(&state), "newest first: {events}");
    }
    Ok(())
}

#[tokio::test]
async fn maintenance() -> Result<()> {
    let world = World::empty().await?;
    let drove = &world.drove;
    let state = async || Ok::<_, anyhow::Error>(fact(&drove.run(&["cluster", "summary"]).await?, "State").to_owned());
    let refused = "Error: [400 - FAILED] Command validation failure.\nValidation errors:\n  \
                   - Cluster is in maintenance mode\n";
    assert_eq!(drove.run(&["cluster", "maintenance-on"]).await?, "Cluster state: MAINTENANCE\n");
    assert_eq!(world.create("one").await?, refused);
    world.server.step(SUMMARISED).await?;
    assert_eq!(state().await?, "MAINTENANCE");

    let accepted = drove.run(&["cluster", "maintenance-off"]).await?;
    assert!(accepted.starts_with("Maintenance mode removal accepted."), "{accepted}");
    world.server.step(SUMMARISED).await?;
    assert_eq!(state().await?, "NORMAL");
    assert_eq!(world.create("one").await?, refused, "the mode has a tail of 40 s");
    world.server.step(Duration::from_secs(10)).await?;
    assert!(world.create("one").await?.starts_with("Task created."));
    Ok(())
}
