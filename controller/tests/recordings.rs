//! The recordings of a real cluster: the same operations on the same machines give the same order of states, outcomes and
//! refusals. How each container behaved is taken from the recording, what the core makes of it is compared.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

#[path = "support/recorded.rs"]
mod recorded;

use controller::{
    Behaviour, Command, Ending, Pull, PullOutcome, Reject, Reply, RunPlan, Script, Simulation, StartOutcome,
    WorldConfig,
};
use model::{TaskKey, TaskOperation, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

#[derive(Deserialize)]
struct Recording {
    steps: Vec<Step>,
    lookups: Vec<Lookup>,
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Step {
    at: u64,
    id: String,
    operation: Option<Value>,
    delete: Option<String>,
    accepted: Option<String>,
    refused: Option<BTreeSet<String>>,
}

#[derive(Deserialize)]
struct Lookup {
    task: String,
    state: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(default)]
    at: u64,
    task: String,
    state: String,
    result: Option<String>,
    exit_code: Option<i64>,
    error: Option<String>,
}

/// How long containers ran whose end was not recorded: p8 and b0 as their scripts say, the others no time at all.
fn unrecorded_run_millis(task: &str) -> u64 {
    if task.contains("/p8-") {
        20_000
    } else if task.contains("/b0-") {
        5_000
    } else {
        50
    }
}

impl Recording {
    fn of(name: &str) -> Self {
        let path = format!("{}/../tests/recordings/trimmed/{name}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    /// The events of a task's runs, in order; a run begins with PROVISIONING after a CREATE.
    fn events_of(&self, task: &str) -> Vec<&Event> {
        self.events.iter().filter(|event| event.task == task).collect()
    }

    /// How the container of a task behaved in its (last) run.
    fn behaviour(&self, task: &str) -> Behaviour {
        let events = self.events_of(task);
        let find = |state: &str| events.iter().find(|event| event.state == state);
        let between = |from: &str, to: &str| Some(find(to)?.at.saturating_sub(find(from)?.at).max(1));
        let error = |state: &str| find(state).and_then(|event| event.error.clone()).unwrap_or_default();
        let pull = match between("PROVISIONING", "PROVISIONING_FAILED") {
            Some(millis) => Pull { millis, layers: 0, outcome: PullOutcome::Fails(error("PROVISIONING_FAILED")) },
            None => {
                let millis = between("PROVISIONING", "STARTING").unwrap_or(20);
                Pull { millis, layers: 0, outcome: PullOutcome::Pulled }
            }
        };
        let start = match between("STARTING", "RUN_FAILED") {
            Some(millis) => StartOutcome::Fails { millis, error: error("RUN_FAILED") },
            None => StartOutcome::Starts { millis: between("STARTING", "RUNNING").unwrap_or(100) },
        };
        let ended = find("RUN_COMPLETED");
        let ending = match ended {
            Some(event) if event.result.as_deref() == Some("CANCELLED") => None,
            Some(event) => Some(Ending {
                millis: between("RUNNING", "RUN_COMPLETED").unwrap_or(6_000),
                code: event.exit_code.unwrap(),
                oom_killed: event.exit_code == Some(137),
            }),
            None => Some(Ending { millis: unrecorded_run_millis(task), code: 0, oom_killed: false }),
        };
        Behaviour { pull, start, run: RunPlan { script: Script::Quiet, ending } }
    }

    fn tasks(&self) -> BTreeSet<String> {
        let operations = self.steps.iter().filter_map(|step| step.operation.as_ref());
        operations.map(|operation| TaskOperation::from_json(operation).unwrap().key().to_string()).collect()
    }

    fn created(&self) -> BTreeSet<String> {
        let accepted = self.steps.iter().filter(|step| step.accepted.is_some());
        let creates = accepted.filter_map(|step| step.operation.as_ref()).filter(|op| op["type"] == "CREATE");
        creates.map(|operation| TaskOperation::from_json(operation).unwrap().key().to_string()).collect()
    }
}

/// What the core did with a recording.
struct Played {
    answers: Vec<(String, Result<String, BTreeSet<String>>)>,
    events: Vec<Event>,
    simulation: Simulation,
}

/// Plays a recording that began `age` after the cluster did.
fn play(recording: &Recording, age: Duration) -> Played {
    let behaviours = recording
        .tasks()
        .into_iter()
        .map(|task| (TaskKey::parse(&task).unwrap(), recording.behaviour(&task)))
        .collect();
    let config = WorldConfig { behaviours, ..recorded::world() };
    let began = Timestamp(1_795_572_000_000);
    let mut simulation = Simulation::new(&config, Timestamp(began.millis()) - age);
    let mut answers = Vec::new();
    for step in &recording.steps {
        let command = match (&step.operation, &step.delete) {
            (Some(operation), _) => match TaskOperation::from_json(operation).unwrap() {
                TaskOperation::Create { spec, op_spec } => {
                    Command::Create { spec: spec.unwrap(), op: op_spec.unwrap() }
                }
                TaskOperation::Kill { source_app_name, task_id, op_spec } => {
                    Command::Kill { key: TaskKey::new(source_app_name, task_id), op: op_spec.unwrap() }
                }
            },
            (None, Some(key)) => Command::Delete { key: TaskKey::parse(key).unwrap() },
            (None, None) => panic!("{} does nothing", step.id),
        };
        let answer = match simulation.handle_command(command, began + Duration::from_millis(step.at)) {
            Ok(Reply::Accepted { task_id }) => Ok(task_id),
            Ok(Reply::Deleted) => Ok(String::new()),
            Err(Reject::Validation(entries)) => Err(entries.into_iter().collect()),
            other => panic!("{}: {other:?}", step.id),
        };
        answers.push((step.id.clone(), answer));
    }
    let last = recording.steps.iter().map(|s| s.at).chain(recording.events.iter().map(|e| e.at)).max().unwrap();
    simulation.handle_timeout(began + Duration::from_millis(last) + Duration::from_secs(90));
    let events = simulation.controller().events(Timestamp(0), usize::MAX).events;
    let events = events.iter().rev().filter_map(|event| {
        let (key, state) = event.task_state_change()?;
        Some(Event {
            at: 0,
            task: key.to_string(),
            state: state.as_str().to_owned(),
            result: event.text("RESULT_STATUS").map(str::to_owned),
            exit_code: event.number("RESULT_EXIT_CODE"),
            error: event.text("ERROR").map(str::to_owned),
        })
    });
    let events = events.collect();
    Played { answers, events, simulation }
}

/// Compares answers, the events of each task, and what lookups saw. `but` are tasks whose fate differs by decision.
fn compare(name: &str, age: Duration, but: &BTreeMap<&str, &str>) -> Played {
    let recording = Recording::of(name);
    let played = play(&recording, age);
    for (step, (id, answer)) in recording.steps.iter().zip(&played.answers) {
        let recorded = match (&step.refused, &step.delete) {
            (Some(entries), _) => Err(entries.clone()),
            (None, Some(_)) => Ok(String::new()),
            (None, None) => Ok(step.accepted.clone().unwrap()),
        };
        assert_eq!(*answer, recorded, "{name}: {id}");
    }
    for task in recording.created() {
        if but.keys().any(|prefix| task.contains(prefix)) {
            continue;
        }
        let recorded: Vec<Event> =
            recording.events_of(&task).into_iter().map(|event| Event { at: 0, ..event.clone() }).collect();
        let ours: Vec<Event> = played.events.iter().filter(|event| event.task == task).cloned().collect();
        // The recorder began to listen to some tasks late, and stopped before the end of others.
        let within = recorded.is_empty() || ours.windows(recorded.len()).any(|window| window == recorded);
        assert!(within, "{name}: {task}\nrecorded {recorded:#?}\nours {ours:#?}");
        let states: Vec<&str> = ours.iter().map(|event| event.state.as_str()).collect();
        let mut rest = states.iter();
        for lookup in recording.lookups.iter().filter(|lookup| lookup.task == task) {
            if let Some(state) = &lookup.state {
                // Lookups miss states, but never show one out of order; a deleted record is looked up afresh.
                let found = rest.any(|ours| ours == state) || states.contains(&state.as_str());
                assert!(found, "{name}: {task} was seen {state}, ours went {states:?}");
            }
        }
        let ever_seen = recording.lookups.iter().any(|lookup| lookup.task == task && lookup.state.is_some());
        let looked_up = recording.lookups.iter().any(|lookup| lookup.task == task);
        if looked_up && !ever_seen {
            assert_eq!(states, Vec::<&str>::new(), "{name}: {task} vanished without a trace");
        }
    }
    played
}

#[test]
fn lifecycle_goes_as_recorded() {
    // The take-over that brought a deleted record back was the 29th of the cluster: executors publish at even ones.
    let but = BTreeMap::from([("chttp3-", "nothing is fetched in a simulated world, so no fetch can fail an attempt")]);
    compare("lifecycle", Duration::from_millis(52_940), &but);
}

#[test]
fn kills_go_as_recorded() {
    let but = BTreeMap::from([
        ("k3-", "a KILL before any record ends the attempts (better than Drove, which loses the KILL)"),
        ("k5-", "a KILL while the image is pulled is kept; here the pull fails first, and the job ends with it"),
    ]);
    let played = compare("kill", Duration::from_secs(60), &but);
    let states = |prefix: &str| {
        let events = played.events.iter().filter(|event| event.task.contains(prefix));
        events.map(|event| event.state.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(states("k3-"), Vec::<&str>::new());
    assert_eq!(states("k5-"), ["PROVISIONING", "PROVISIONING_FAILED", "DEPROVISIONING", "STOPPED"]);
}

#[test]
fn late_kills_go_as_recorded() {
    // Here the KILL of z1 is kept and sent when it runs, where Drove loses it and kills a zombie: the states are the same.
    compare("kill_late", Duration::from_secs(60), &BTreeMap::new());
}

#[test]
fn placement_goes_as_recorded() {
    let but = BTreeMap::from([("p4-", "any rule counts as false in the embedded core's scheduler")]);
    let played = compare("placement", Duration::from_secs(60), &but);
    let record = |prefix: &str| {
        let recording = Recording::of("placement");
        let task = recording.created().into_iter().find(|task| task.contains(prefix)).unwrap();
        played.simulation.controller().task(&TaskKey::parse(&task).unwrap()).is_some()
    };
    assert!(!record("p4-"));
    assert_eq!(["b0-", "b1-", "b2-", "b3-"].map(record), [true, false, false, false]);
}
