//! Seeds x random commands: invariants after every step, and the same seed with the same commands gives the same history
//! to the byte, however late the core is woken and wherever it is saved and restored.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use controller::{Command, Options, Output, Simulation, invariants, scenario::demo_world};
use model::{
    ClusterOpSpec, DroveDuration, Executable, ExecutorId, PlacementPolicy, ResourceRequirement, TaskKey, TaskSpec,
    TaskState, Timestamp,
};
use std::{collections::BTreeMap, fmt::Write, time::Duration};

const START: Timestamp = Timestamp(1_795_572_000_000);
const SEEDS: u64 = 12;
const COMMANDS: usize = 500;

/// A small generator of its own: the test must not depend on the streams that it tests.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap()].clone()
    }
}

const IMAGES: [&str; 13] = [
    "ghcr.io/appform-io/test-task",
    "demo/fails:1",
    "demo/oom:1",
    "demo/slow-pull:1",
    "demo/stalled-pull:1",
    "demo/missing:1",
    "unreachable.invalid/x:1",
    "demo/bad-command:1",
    "demo/colours:1",
    "demo/unicode:1",
    "demo/chatty:1",
    "demo/forever:1",
    "somewhere/else:2",
];

fn key(dice: &mut Dice) -> TaskKey {
    TaskKey::new(dice.pick(&["A", "B", "A-B"]), format!("T{}", dice.roll(40)))
}

fn spec(dice: &mut Dice) -> TaskSpec {
    let key = key(dice);
    let policies = [
        PlacementPolicy::Any,
        PlacementPolicy::Any,
        PlacementPolicy::OnePerHost,
        PlacementPolicy::MaxNPerHost { max: 2 },
        PlacementPolicy::MatchTag { tag: "gpu".into() },
        PlacementPolicy::MatchTag { tag: "exec-3".into() },
        PlacementPolicy::RuleBased { rule: "true".into(), rule_type: None },
    ];
    TaskSpec {
        source_app_name: key.app,
        task_id: key.id,
        executable: Some(Executable {
            url: dice.pick(&IMAGES).to_owned(),
            docker_pull_timeout: Some(DroveDuration::seconds(dice.pick(&[1, 3, 20, 100]))),
        }),
        resources: vec![
            ResourceRequirement::Cpu { count: dice.pick(&[0, 1, 2, 4, 8, 16, -1]) },
            ResourceRequirement::Memory { size_in_mb: dice.pick(&[0, 4, 512, 8_192, 40_000, 61_500]) },
        ],
        placement_policy: Some(dice.pick(&policies)),
        env: Some(BTreeMap::from([("SECONDS".into(), dice.roll(60).to_string())])),
        ..TaskSpec::default()
    }
}

fn command(dice: &mut Dice, executors: &[String]) -> Command {
    let op =
        ClusterOpSpec { timeout: Some(DroveDuration::seconds(dice.pick(&[1, 3, 60]))), ..ClusterOpSpec::default() };
    match dice.roll(40) {
        0..20 => Command::Create { spec: Box::new(spec(dice)), op },
        20..30 => Command::Kill { key: key(dice), op },
        30..34 => Command::Delete { key: key(dice) },
        34 => Command::Blacklist { ids: vec![dice.pick(executors), "NOPE".into()] },
        35 => Command::Unblacklist { ids: vec![dice.pick(executors)] },
        36 if dice.roll(3) == 0 => Command::SetMaintenance,
        36 | 37 => Command::UnsetMaintenance,
        38 => Command::SilenceExecutor { id: ExecutorId(dice.pick(executors)) },
        _ => Command::RestoreExecutor { id: ExecutorId(dice.pick(executors)) },
    }
}

/// Commands at their times.
fn plan(seed: u64) -> Vec<(Timestamp, Command)> {
    let mut dice = Dice(seed);
    let executors: Vec<String> =
        demo_world(seed, Options::demo()).executors.iter().map(|machine| machine.executor_id().0).collect();
    let mut now = START + Duration::from_secs(41);
    (0..COMMANDS)
        .map(|_| {
            now = now + Duration::from_millis(dice.pick(&[0, 1, 40, 700, 3_000, 9_000, 15_000]));
            (now, command(&mut dice, &executors))
        })
        .collect()
}

fn world(seed: u64) -> Simulation {
    Simulation::new(&demo_world(seed, Options::demo()), START)
}

/// Writes down everything that can be told apart from outside.
fn drain(simulation: &mut Simulation, history: &mut String) {
    while let Some(output) = simulation.poll_output() {
        writeln!(history, "{}", serde_json::to_string(&output).unwrap()).unwrap();
    }
}

fn finish(mut simulation: Simulation, mut history: String, end: Timestamp) -> String {
    simulation.handle_timeout(end);
    drain(&mut simulation, &mut history);
    writeln!(history, "{}", serde_json::to_string(&simulation).unwrap()).unwrap();
    history
}

/// Lives through the plan; `wake` looks at the simulation between commands as it likes.
fn history(seed: u64, mut wake: impl FnMut(usize, Simulation, Timestamp) -> Simulation) -> String {
    let (mut simulation, mut history) = (world(seed), String::new());
    let plan = plan(seed);
    for (index, (at, command)) in plan.iter().enumerate() {
        simulation = wake(index, simulation, *at);
        let answer = simulation.handle_command(command.clone(), *at);
        writeln!(history, "{} {answer:?}", at.millis()).unwrap();
        drain(&mut simulation, &mut history);
    }
    finish(simulation, history, plan[plan.len() - 1].0 + Duration::from_secs(300))
}

/// Whether the last step did more than write lines: containers do that thousands of times.
fn more_than_log(simulation: &mut Simulation) -> bool {
    std::iter::from_fn(|| simulation.poll_output()).filter(|output| !matches!(output, Output::Log { .. })).count() > 0
}

#[test]
fn invariants_hold_after_every_step() {
    for seed in 0..SEEDS {
        let mut simulation = world(seed);
        let mut ended: BTreeMap<TaskKey, (u64, TaskState)> = BTreeMap::new();
        let mut last_event = START;
        for (step, (at, command)) in plan(seed).into_iter().enumerate() {
            let what = format!("seed {seed}, step {step}, {command:?}");
            let deleted = if let Command::Delete { key } = &command { Some(key.clone()) } else { None };
            while let Some(next) = simulation.poll_timeout().filter(|next| *next <= at) {
                assert!(next >= simulation.controller().now(), "{what}: time goes back");
                simulation.handle_timeout(next);
                if more_than_log(&mut simulation) {
                    assert_eq!(
                        invariants::violations(simulation.controller()),
                        Vec::<String>::new(),
                        "{what} at {next}"
                    );
                }
            }
            let _answer = simulation.handle_command(command, at);
            assert_eq!(invariants::violations(simulation.controller()), Vec::<String>::new(), "{what}");
            ended.retain(|key, _| Some(key) != deleted.as_ref());
            let core = simulation.controller();
            for (key, (run, state)) in &ended {
                let now = core.task(key).map(|info| info.state.clone());
                assert_eq!(
                    (core.run_number(key), now),
                    (Some(*run), Some(state.clone())),
                    "{what}: {key} is not final"
                );
            }
            for event in core.events(last_event, usize::MAX).events.iter().rev() {
                assert!(event.time >= last_event, "{what}: events go back");
                last_event = event.time;
                if let Some((key, _)) = event.task_state_change()
                    && let Some(info) = core.task(&key).filter(|info| info.state.is_terminal())
                {
                    ended.insert(key.clone(), (core.run_number(&key).unwrap(), info.state.clone()));
                }
            }
        }
    }
}

#[test]
fn every_run_that_began_ends_and_gives_everything_back() {
    for seed in 0..SEEDS {
        let mut simulation = world(seed);
        for (at, command) in plan(seed) {
            let forever = matches!(&command, Command::Create { spec, .. }
                if spec.executable.as_ref().is_some_and(|e| e.url.contains("chatty")));
            if !forever {
                let _answer = simulation.handle_command(command, at);
            }
        }
        let end = simulation.controller().now() + Duration::from_secs(600);
        simulation.handle_timeout(end);
        for executor in simulation.controller().executors() {
            if executor.state != model::ExecutorState::Removed {
                assert_eq!((executor.used_cores, executor.used_memory), (0, 0), "seed {seed}: {}", executor.hostname);
            }
        }
        assert!(simulation.controller().active_tasks().len() <= 40, "seed {seed}");
    }
}

#[test]
fn the_same_commands_give_the_same_history_however_late_the_core_is_woken() {
    for seed in 0..3 {
        let lazy = history(seed, |_, simulation, _| simulation);
        let eager = history(seed, |_, mut simulation, at| {
            while let Some(next) = simulation.poll_timeout().filter(|next| *next <= at) {
                simulation.handle_timeout(next);
            }
            simulation
        });
        // Outputs come at other moments, but they are the same ones in the same order.
        let without_answers =
            |text: &str| text.lines().filter(|line| line.starts_with('{')).map(str::to_owned).collect::<Vec<_>>();
        assert!(without_answers(&lazy) == without_answers(&eager), "seed {seed}");
        assert!(lazy == history(seed, |_, simulation, _| simulation), "seed {seed}");
    }
}

#[test]
fn a_restored_snapshot_has_the_same_future() {
    for seed in 0..3 {
        let straight = history(seed, |_, simulation, _| simulation);
        let restored = history(seed, |index, simulation, _| {
            if index % 50 != 25 {
                return simulation;
            }
            serde_json::from_str(&serde_json::to_string(&simulation).unwrap()).unwrap()
        });
        assert!(straight == restored, "seed {seed}");
    }
}

#[test]
fn another_seed_has_another_history() {
    let mut first = world(1);
    let mut second = world(2);
    let create = plan(1).into_iter().find(|(_, command)| matches!(command, Command::Create { .. })).unwrap();
    let at = START + Duration::from_secs(60);
    first.handle_command(create.1.clone(), at).unwrap();
    second.handle_command(create.1, at).unwrap();
    first.handle_timeout(at + Duration::from_secs(30));
    second.handle_timeout(at + Duration::from_secs(30));
    assert_ne!(serde_json::to_string(&first).unwrap(), serde_json::to_string(&second).unwrap());
}
