//! A naive model beside the core: from answers and events alone it says which tasks `/tasks` must list, how many cores
//! they hold and which IDs are taken. It knows nothing of timers, runners or executors.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use controller::{Command, Options, Output, Reject, Reply, Simulation, scenario::demo_world};
use model::{
    ClusterOpSpec, DroveDuration, Executable, PlacementPolicy, ResourceRequirement, TaskKey, TaskSpec, TaskState,
    Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const START: Timestamp = Timestamp(1_795_572_000_000);

/// What the naive model believes.
#[derive(Default)]
struct Reference {
    states: BTreeMap<TaskKey, TaskState>,
    placing: BTreeSet<TaskKey>,
    heard: Timestamp,
}

impl Reference {
    fn hear(&mut self, simulation: &mut Simulation) {
        let events = simulation.controller().events(self.heard, usize::MAX);
        for (key, state) in events.events.iter().rev().filter_map(|event| event.task_state_change()) {
            let before = self.states.insert(key.clone(), state.clone());
            assert!(before.is_none_or(|before| before.rank() < state.rank()), "{key} went back to {state}");
            self.placing.remove(&key);
        }
        self.heard = events.last_sync_time;
        while let Some(output) = simulation.poll_output() {
            if let Output::AttemptsEnded(key) = output {
                assert!(self.placing.remove(&key), "{key} was not being placed");
            }
        }
    }

    fn active(&self) -> BTreeSet<TaskKey> {
        self.states.iter().filter(|(_, state)| state.is_active()).map(|(key, _)| key.clone()).collect()
    }

    fn taken(&self, key: &TaskKey) -> bool {
        self.placing.contains(key) || self.states.contains_key(key)
    }
}

fn spec(key: &TaskKey, n: u64) -> TaskSpec {
    let images = ["ghcr.io/appform-io/test-task", "demo/fails:1", "demo/missing:1", "demo/forever:1", "any/thing:1"];
    TaskSpec {
        source_app_name: key.app.clone(),
        task_id: key.id.clone(),
        executable: Some(Executable {
            url: images[usize::try_from(n % 5).unwrap()].into(),
            docker_pull_timeout: Some(DroveDuration::seconds(100)),
        }),
        resources: vec![
            ResourceRequirement::Cpu { count: i64::try_from(n % 9).unwrap() },
            ResourceRequirement::Memory { size_in_mb: 61_000 / (1 + i64::try_from(n % 7).unwrap()) },
        ],
        placement_policy: Some(PlacementPolicy::Any),
        env: Some(BTreeMap::from([("SECONDS".into(), (n % 40).to_string())])),
        ..TaskSpec::default()
    }
}

#[test]
fn lists_hold_what_answers_and_events_say() {
    let mut simulation = Simulation::new(&demo_world(4, Options::demo()), START);
    let mut reference = Reference { heard: START, ..Reference::default() };
    let mut now = START + Duration::from_secs(41);
    let (mut created, mut refused, mut killed) = (0, 0, 0);
    for n in 0..600_u64 {
        now = now + Duration::from_millis(n * 7_919 % 2_500);
        simulation.handle_timeout(now);
        reference.hear(&mut simulation);
        let kills = n % 4 == 3;
        // Kills go for what was created a moment ago, in whatever state that is.
        let of = if kills { n.saturating_sub(1 + n % 6) } else { n };
        let key = TaskKey::new("A", format!("T{}", of * 31 % 250));
        if kills {
            let known = simulation.controller().task(&key).is_some();
            let active = reference.active().contains(&key);
            let placing = reference.placing.contains(&key);
            match simulation.handle_command(Command::Kill { key: key.clone(), op: ClusterOpSpec::default() }, now) {
                Ok(Reply::Accepted { task_id }) => {
                    assert!(known || placing, "a kill of nothing was accepted");
                    assert_eq!(task_id, key.id.0);
                    killed += 1;
                }
                answer => assert!(!active && !placing, "{key}: {answer:?}"),
            }
        } else {
            let command = Command::Create { spec: Box::new(spec(&key, n)), op: ClusterOpSpec::default() };
            match simulation.handle_command(command, now) {
                Ok(_) => {
                    assert!(!reference.taken(&key), "{key} exists already");
                    reference.placing.insert(key);
                    created += 1;
                }
                Err(Reject::Validation(entries)) => {
                    let exists = entries.iter().any(|entry| entry.starts_with("Task already exists"));
                    assert_eq!(exists, reference.taken(&key), "{key}: {entries:?}");
                    refused += 1;
                }
                Err(other) => panic!("{other}"),
            }
        }
        reference.hear(&mut simulation);
        let listed: BTreeSet<TaskKey> = simulation.controller().active_tasks().iter().map(|info| info.key()).collect();
        assert_eq!(listed, reference.active(), "after step {n}");
        for (key, state) in &reference.states {
            assert_eq!(simulation.controller().task(key).map(|info| &info.state), Some(state), "{key}");
        }
        for key in &reference.placing {
            assert!(simulation.controller().task(key).is_none(), "{key} is being placed and has a record");
        }
    }
    assert!(created > 100 && refused > 50 && killed > 20, "{created} created, {refused} refused, {killed} killed");
}
