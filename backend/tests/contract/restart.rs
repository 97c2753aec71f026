//! What was answered survives the sudden end of the process: the cluster is dropped without a word, and started again.

use super::world::{World, any, container, create, key, kill, lasting};
use backend::runtime::{EmbeddedCluster, StartError, WorldSettings};
use controller::{Command, OutputLine, Reply, Stream};
use model::{ClusterOpSpec, TaskSpec};
use serde_json::Value;
use sqlx::Connection;
use std::{fs, time::Duration};

/// What can be read of a world's tasks, but for the times of the last reports, which a start shifts, and the executors'
/// figures, which a start takes anew (design section 2, Time and chance; section 3).
async fn picture(world: &World) -> Vec<Value> {
    let mut answers = Vec::new();
    for path in ["tasks", "cluster/events/latest", "cluster/events/summary"] {
        let mut answer = world.get(&format!("/apis/v1/{path}")).await.json();
        for task in answer["data"].as_array_mut().into_iter().flatten() {
            task.as_object_mut().unwrap().remove("updated");
        }
        answers.push(answer);
    }
    answers
}

#[tokio::test]
async fn answered_operations_are_known_and_do_not_happen_twice() {
    let world = World::recorded([(key("a"), lasting()), (key("b"), container(Vec::new(), Some(5_000)))]).await;
    world.create("a", 64, any()).await;
    world.create("b", 64, any()).await;
    world.until("both run", async || world.state("a").await == "RUNNING" && world.state("b").await == "RUNNING").await;
    let before = picture(&world).await;

    let again = world.again().await;
    assert_eq!(picture(&again).await, before);
    assert_eq!(again.post("/apis/v1/tasks/operations", &create("a", 64, any())).await.status, 400);
    again.until("b ends", async || again.state("b").await == "STOPPED").await;
    assert_eq!(again.state("a").await, "RUNNING");
    let events = again.get("/apis/v1/cluster/events/latest").await.json();
    let running = events["data"]["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["metadata"]["TASK_ID"] == "b" && event["metadata"]["CURRENT_STATE"] == "RUNNING");
    assert_eq!(running.count(), 1);
}

#[tokio::test]
async fn an_accepted_create_goes_on_although_nothing_had_happened_yet() {
    let world = World::recorded([(key("a"), lasting())]).await;
    world.create("a", 64, any()).await;
    let again = world.again().await;
    again.until("it runs", async || again.state("a").await == "RUNNING").await;
}

#[tokio::test]
async fn an_accepted_kill_goes_on() {
    let world = World::recorded([(key("a"), lasting())]).await;
    world.create("a", 64, any()).await;
    world.until("it runs", async || world.state("a").await == "RUNNING").await;
    assert_eq!(world.post("/apis/v1/tasks/operations", &kill("a")).await.status, 200);
    let again = world.again().await;
    again.until("it ends", async || again.state("a").await == "STOPPED").await;
}

#[tokio::test]
async fn a_log_is_whole_after_a_restart() {
    let lines = (0..50).map(|n| (n * 100, OutputLine { stream: Stream::Stdout, text: format!("line {n}") })).collect();
    let world = World::recorded([(key("a"), container(lines, Some(5_500)))]).await;
    world.create("a", 64, any()).await;
    world.step(Duration::from_secs(2)).await;
    let again = world.again().await;
    again.until("it ends", async || again.state("a").await == "STOPPED").await;
    let log = again.get("/apis/v1/logfiles/tasks/REC/a/download/output.log").await;
    let text = String::from_utf8(log.plain()).unwrap();
    for n in 0..50 {
        let line = format!("| line {n}\n");
        assert_eq!(text.matches(&line).count(), 1, "{line}");
    }
    assert!(!text.contains('\0'));
}

#[tokio::test]
async fn an_orderly_end_leaves_the_same_world() {
    let world = World::recorded([(key("a"), lasting())]).await;
    world.create("a", 64, any()).await;
    world.until("it runs", async || world.state("a").await == "RUNNING").await;
    let before = picture(&world).await;
    world.cluster.shutdown().await;
    assert_eq!(picture(&world.again().await).await, before);
}

#[tokio::test]
async fn another_seed_or_scenario_needs_a_reset() {
    let world = World::recorded([]).await;
    let stored = world.cluster.world().clone();
    world.cluster.shutdown().await;
    let settings = |seed, scenario: Option<&str>, reset| WorldSettings {
        dir: world.dir.path().to_owned(),
        scenario: scenario.map(str::to_owned),
        seed,
        options: controller::Options::demo(),
        reset,
    };
    for (seed, scenario) in [(Some(2), None), (None, Some("laptop"))] {
        let refused = EmbeddedCluster::start(&settings(seed, scenario, false)).await.err().unwrap();
        assert!(matches!(refused, StartError::WorldDiffers { .. }), "{refused}");
        assert!(refused.to_string().contains("--reset"));
    }
    let unknown = EmbeddedCluster::start(&settings(None, Some("mars"), false)).await.err().unwrap();
    assert!(matches!(unknown, StartError::UnknownScenario { .. }), "{unknown}");

    let same = EmbeddedCluster::start(&settings(None, None, false)).await.unwrap();
    assert_eq!(same.world(), &stored);
    same.shutdown().await;
    let other = EmbeddedCluster::start(&settings(Some(2), Some("empty"), true)).await.unwrap();
    assert_ne!(other.world().id, stored.id);
    assert_eq!(other.world().seed, 2);
    other.shutdown().await;
}

#[tokio::test]
async fn every_answered_create_of_a_crowd_is_known_and_no_other() {
    let world = World::recorded([]).await;
    let mut crowd = tokio::task::JoinSet::new();
    for n in 0..200 {
        let cluster = world.cluster.clone();
        let spec = TaskSpec::from_json(&create(&format!("t{n}"), 64, any())["spec"]).unwrap();
        let command = Command::Create { spec: Box::new(spec), op: ClusterOpSpec::default() };
        crowd.spawn(async move { cluster.command(command).await });
    }
    while let Some(answer) = crowd.join_next().await {
        assert!(matches!(answer.unwrap(), Ok(Reply::Accepted { .. })));
    }
    let again = world.again().await;
    for n in 0..200 {
        let answer = again.post("/apis/v1/tasks/operations", &create(&format!("t{n}"), 64, any())).await;
        assert!(answer.entries().iter().any(|entry| entry.starts_with("Task already exists")), "t{n}");
    }
}

#[tokio::test]
async fn what_cannot_be_stored_is_not_carried_out() {
    let world = World::recorded([]).await;
    let file = format!("sqlite://{}", world.dir.path().join("cluster.db").display());
    let mut thief = sqlx::SqliteConnection::connect(&file).await.unwrap();
    sqlx::query("ALTER TABLE journal RENAME TO stolen").execute(&mut thief).await.unwrap();
    let answer = world.post("/apis/v1/tasks/operations", &create("a", 64, any())).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["status"], "FAILED");
    assert_eq!(world.get("/apis/v1/ping").await.status, 200);

    sqlx::query("ALTER TABLE stolen RENAME TO journal").execute(&mut thief).await.unwrap();
    assert_eq!(world.post("/apis/v1/tasks/operations", &create("a", 64, any())).await.status, 200);
}

#[tokio::test]
async fn a_damaged_database_is_named_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("cluster.db");
    fs::write(&file, "this is not a database, but somebody may want it back").unwrap();
    let settings = WorldSettings {
        dir: dir.path().to_owned(),
        scenario: None,
        seed: None,
        options: controller::Options::demo(),
        reset: false,
    };
    let refused = EmbeddedCluster::start(&settings).await.err().unwrap();
    assert!(refused.to_string().contains(&*file.to_string_lossy()), "{refused}");
    assert!(fs::read(&file).unwrap().starts_with(b"this is not a database"));
}

#[tokio::test]
async fn a_database_of_a_newer_release_is_named_and_left_alone() {
    let world = World::recorded([(key("a"), lasting())]).await;
    world.create("a", 64, any()).await;
    world.cluster.shutdown().await;
    let file = world.dir.path().join("cluster.db");
    let mut newer = sqlx::SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    let insert = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                  VALUES (98, '', true, x'00', 0), (99, '', true, x'00', 0)";
    sqlx::query(insert).execute(&mut newer).await.unwrap();
    newer.close().await.unwrap();
    let before = fs::read(&file).unwrap();
    let settings = WorldSettings {
        dir: world.dir.path().to_owned(),
        scenario: None,
        seed: None,
        options: controller::Options::demo(),
        reset: true,
    };
    let refused = EmbeddedCluster::start(&settings).await.err().unwrap().to_string();
    assert!(refused.contains(&*file.to_string_lossy()), "{refused}");
    assert!(refused.contains("has version 99") && refused.contains("run the newer release"), "{refused}");
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[tokio::test]
async fn other_options_are_those_of_the_next_start() {
    let world = World::recorded([]).await;
    world.cluster.shutdown().await;
    let options = controller::Options { disable_cmdl_args: true, ..controller::Options::demo() };
    let settings = WorldSettings {
        dir: world.dir.path().to_owned(),
        scenario: None,
        seed: None,
        options: options.clone(),
        reset: false,
    };
    let again = EmbeddedCluster::start(&settings).await.unwrap();
    again.read(|core, _| assert_eq!(core.options(), &options));
}

#[tokio::test]
async fn a_paused_clock_stays_paused() {
    let world = World::recorded([]).await;
    world.step(Duration::from_secs(100)).await;
    let stood = world.cluster.now();
    let again = world.again().await;
    assert_eq!(again.cluster.clock().paused(), Some(stood));
    let goes_on = again.cluster.clock_resume().await.unwrap();
    assert!(goes_on >= stood && again.cluster.clock().paused().is_none());
}
