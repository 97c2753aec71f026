//! What a new demo shows before anybody does anything (design section 3, The first minute).

use backend::runtime::{EmbeddedCluster, StatedWorld, WorldSettings, scenario_player::Player};
use controller::{Command, Options, scenario::demo_world};
use serde_json::Value;
use std::{collections::BTreeSet, time::Duration};
use tokio::sync::mpsc;

struct Demo {
    cluster: EmbeddedCluster,
    _dir: tempfile::TempDir,
}

/// The demo of `cargo xtask demo`, its clock standing still.
async fn demo(scenario: &str, seed: u64) -> Demo {
    let dir = tempfile::tempdir().unwrap();
    let settings = WorldSettings {
        dir: dir.path().to_owned(),
        scenario: Some(scenario.into()),
        seed: Some(seed),
        options: Options::demo(),
        reset: false,
    };
    let machines = demo_world(0, Options::demo());
    let stated = StatedWorld { machines, head_start: Duration::from_secs(30 * 60), paused: true };
    Demo { cluster: EmbeddedCluster::start_stated(&settings, &stated).await.unwrap(), _dir: dir }
}

#[tokio::test]
async fn the_laptop_has_lived_when_it_is_first_seen() {
    let demo = demo("laptop", 7).await;
    let rehearsed = demo.cluster.take_rehearsed();
    assert!(rehearsed.iter().any(|given| matches!(given.command, Command::Create { .. }) && given.answer.is_ok()));
    assert!(demo.cluster.take_rehearsed().is_empty(), "they are given out once");
    let ends: BTreeSet<String> = demo.cluster.read(|core, _| {
        let events = core.events(model::Timestamp(0), usize::MAX).events;
        let result = |event: &model::DroveEvent| event.text("RESULT_STATUS").map(str::to_owned);
        events.iter().filter_map(result).collect()
    });
    assert!(ends.is_superset(&BTreeSet::from(["SUCCESSFUL".into(), "FAILED".into()])), "{ends:?}");
    assert!(demo.cluster.read(|core, _| !core.active_tasks().is_empty()));
    assert!(demo.cluster.read(|core, now| !core.in_maintenance(now) && core.summary().is_some()));
}

#[tokio::test]
async fn the_same_seed_is_the_same_past_but_for_its_moment() {
    let past = async |seed| {
        let demo = demo("laptop", seed).await;
        let begun = demo.cluster.world().begun;
        demo.cluster.read(|core, _| {
            let events = core.events(model::Timestamp(0), usize::MAX).events;
            let facts = |event: &model::DroveEvent| {
                let task = ["APP_NAME", "TASK_ID", "CURRENT_STATE", "EXECUTOR_HOST"]
                    .map(|name| event.metadata.get(name).map(Value::to_string));
                (event.time.since(begun), task)
            };
            events.iter().map(facts).collect::<Vec<_>>()
        })
    };
    assert_eq!(past(7).await, past(7).await);
}

#[tokio::test]
async fn the_work_goes_on_as_time_does_each_command_at_its_own_time() {
    let demo = demo("laptop", 7).await;
    let (sender, mut given) = mpsc::unbounded_channel();
    let cluster = demo.cluster.clone();
    let stood = cluster.now();
    let playing = Player::new(cluster.clone()).play(move |command| {
        let (cluster, sender) = (cluster.clone(), sender.clone());
        async move {
            let answer = cluster.command(command.clone()).await;
            sender.send((cluster.now(), command, answer)).unwrap();
        }
    });
    let player = tokio::spawn(playing);
    demo.cluster.clock_step(Duration::from_secs(600)).await.unwrap();
    assert_eq!(demo.cluster.now(), stood + Duration::from_secs(600));
    // All were given before the step had an end.
    let work = demo.cluster.world().work();
    let mut next = work.next(stood);
    let mut commands = 0;
    while let Some((time, command)) = next.filter(|(time, _)| *time <= stood + Duration::from_secs(600)) {
        let (at, told, answer) = given.try_recv().unwrap();
        assert_eq!((at, &told), (time, &command));
        assert!(answer.is_ok() || !matches!(command, Command::Create { .. }), "{command:?}: {answer:?}");
        next = work.next(time);
        commands += 1;
    }
    assert!(commands > 20 && given.try_recv().is_err(), "{commands}");

    // Nobody waits for what is not played any more.
    player.abort();
    assert!(player.await.unwrap_err().is_cancelled());
    demo.cluster.clock_step(Duration::from_secs(600)).await.unwrap();
    assert!(given.try_recv().is_err());
}

#[tokio::test]
async fn the_empty_world_is_idle_and_ready() {
    let demo = demo("empty", 7).await;
    assert!(demo.cluster.take_rehearsed().is_empty());
    demo.cluster.read(|core, now| {
        assert!(core.active_tasks().is_empty() && !core.in_maintenance(now));
        assert_eq!(core.executors().iter().map(|executor| executor.free_cores).sum::<i64>(), 6 * 32);
    });
}
