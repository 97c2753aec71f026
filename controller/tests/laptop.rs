//! The demo's living world: what a first screen shows after half an hour.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use controller::{
    Command, Controller, Options, Output, Reply, Simulation,
    scenario::{Scenario, ScenarioName, demo_world},
};
use model::{Outcome, TaskKey, Timestamp};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const START: Timestamp = Timestamp(1_795_572_000_000);
const AHEAD: Duration = Duration::from_secs(30 * 60);

/// What came out of a world that lived on its own.
struct Lived {
    simulation: Simulation,
    created: BTreeSet<TaskKey>,
    refused: Vec<String>,
    not_placed: BTreeSet<TaskKey>,
    active: Vec<usize>,
    log_bytes: usize,
}

fn live(seed: u64, span: Duration) -> Lived {
    let mut lived = Lived {
        simulation: Simulation::new(&demo_world(seed, Options::demo()), START),
        created: BTreeSet::new(),
        refused: Vec::new(),
        not_placed: BTreeSet::new(),
        active: Vec::new(),
        log_bytes: 0,
    };
    let scenario = Scenario { name: ScenarioName::Laptop, seed, start: START };
    let mut now = START;
    while let Some((at, command)) = scenario.next(now).filter(|(at, _)| *at <= START + span) {
        now = at;
        if let Command::Create { spec, .. } = &command {
            lived.created.insert(spec.key());
        }
        match lived.simulation.handle_command(command, now) {
            Ok(Reply::Accepted { .. }) => {}
            other => lived.refused.push(format!("{other:?}")),
        }
        lived.active.push(lived.simulation.controller().active_tasks().len());
        drain(&mut lived);
    }
    lived.simulation.handle_timeout(START + span);
    drain(&mut lived);
    lived
}

fn drain(lived: &mut Lived) {
    while let Some(output) = lived.simulation.poll_output() {
        match output {
            Output::AttemptsEnded(key) => {
                lived.not_placed.insert(key);
            }
            Output::Log { bytes, .. } => lived.log_bytes += bytes.len(),
            Output::RemoveLogs { .. } | Output::Touched(_) | Output::Completed(..) => {}
        }
    }
}

fn outcomes(core: &Controller, keys: &BTreeSet<TaskKey>) -> BTreeMap<Outcome, usize> {
    let mut counts = BTreeMap::new();
    for outcome in keys.iter().filter_map(|key| core.task(key)).filter_map(|info| Outcome::of(info, &[])) {
        *counts.entry(outcome).or_default() += 1;
    }
    counts
}

#[test]
fn half_an_hour_shows_tasks_of_all_kinds_without_crowding() {
    for seed in [1, 7, 42] {
        let lived = live(seed, AHEAD);
        let created = lived.created.len();
        assert!((90..=180).contains(&created), "a task every 10 to 20 s, not {created} in half an hour");
        let settled = &lived.active[lived.active.len() / 3..];
        let mean = settled.iter().sum::<usize>() / settled.len();
        assert!((7..=15).contains(&mean), "seed {seed}: {mean} active on average");
        let outcomes = outcomes(lived.simulation.controller(), &lived.created);
        let kinds = [Outcome::Successful, Outcome::Failed, Outcome::Cancelled, Outcome::PullFailed];
        for kind in kinds {
            assert!(outcomes.contains_key(&kind), "seed {seed}: none {kind} among {outcomes:?}");
        }
        assert!(outcomes[&Outcome::Successful] > outcomes[&Outcome::Failed], "{outcomes:?}");
        assert!(!lived.not_placed.is_empty(), "seed {seed}: all fitted");
        assert!(lived.log_bytes > 100_000 && lived.log_bytes < 20_000_000, "{} bytes of log", lived.log_bytes);
    }
}

#[test]
fn what_the_scenario_asks_for_is_hardly_ever_refused() {
    let lived = live(3, Duration::from_secs(2 * 3600));
    // A kill may come too late.
    assert!(lived.refused.len() * 20 < lived.created.len(), "{:?}", lived.refused);
}

#[test]
fn the_scenario_goes_on_wherever_it_is_asked() {
    let scenario = Scenario { name: ScenarioName::Laptop, seed: 9, start: START };
    let mut walked = Vec::new();
    let mut now = START;
    while let Some((at, command)) = scenario.next(now).filter(|(at, _)| *at < START + AHEAD) {
        assert!(at > now);
        walked.push((at, command));
        now = at;
    }
    for (at, command) in &walked {
        let (found, same) = scenario.next(Timestamp(at.millis() - 1)).unwrap();
        assert_eq!((found, &same), (*at, command));
    }
    assert_eq!(scenario.next(Timestamp(START.millis() - 10)), walked.first().cloned());
}
