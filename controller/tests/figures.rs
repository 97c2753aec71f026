//! Lists, details and dashboard of the recorded cluster, idle and with three tasks: the same fields and figures.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

#[path = "support/recorded.rs"]
mod recorded;

use controller::{Command, Simulation};
use model::{ClusterOpSpec, ExecutorId, TaskSpec, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;

const START: Timestamp = Timestamp(1_795_572_000_000);
const TAGGED: &str = "b489f44d-6cf3-369c-a065-fae7b421f629";

fn recording() -> Value {
    let path = format!("{}/../tests/recordings/trimmed/figures.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn spec(id: &str, memory_mb: i64, policy: Value) -> TaskSpec {
    TaskSpec::from_json(&json!({
        "sourceAppName": "REC", "taskId": id,
        "executable": {"type": "DOCKER", "url": "demo/forever:1", "dockerPullTimeout": "100 seconds"},
        "resources": [{"type": "CPU", "count": 1}, {"type": "MEMORY", "sizeInMB": memory_mb}],
        "placementPolicy": policy, "env": {"PULL_SECONDS": "0"},
    }))
    .unwrap()
}

fn list(simulation: &Simulation) -> Value {
    let mut list = serde_json::to_value(simulation.controller().executors()).unwrap();
    sort_tags(&mut list);
    list
}

/// Tags are a set; the recording has them in the order of its hash.
fn sort_tags(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::Array(tags)) = fields.get_mut("tags") {
                tags.sort_by_key(Value::to_string);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(sort_tags),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A detail without its age, its tasks reduced to what was kept of the recording.
fn detail(simulation: &Simulation) -> Value {
    let data = simulation.controller().executor(&ExecutorId::from(TAGGED)).unwrap();
    let mut detail = serde_json::to_value(data).unwrap();
    for task in detail["tasks"].as_array_mut().unwrap() {
        *task = json!({"taskId": task["taskId"], "state": task["state"], "resources": task["resources"]});
    }
    plain(detail)
}

fn dashboard(simulation: &Simulation) -> Value {
    let mut dashboard = simulation.controller().dashboard().unwrap();
    for task in dashboard["taskStats"]["topTasks"].as_array_mut().unwrap() {
        *task = task["taskId"].clone();
    }
    plain(dashboard)
}

/// Without times, without the recorded cluster's application, names without the time of the recording, sets in order.
fn plain(mut value: Value) -> Value {
    sort_tags(&mut value);
    let mut text = value.to_string().replace("-022038", "");
    for (recorded, plain) in
        [("\"numApplications\":1", "\"numApplications\":0"), ("\"MONITORING\":1", "\"MONITORING\":0")]
    {
        text = text.replace(recorded, plain);
    }
    let mut value: Value = serde_json::from_str(&text).unwrap();
    for time in ["updated", "generatedAt"] {
        if let Some(at) = value.get_mut(time) {
            *at = json!(at.is_i64());
        }
    }
    if let Some(tasks) = value.get_mut("tasks").and_then(Value::as_array_mut) {
        tasks.sort_by_key(|task| task["taskId"].to_string());
    }
    value
}

#[test]
fn figures_are_those_of_the_recorded_cluster() {
    let recorded = recording();
    let mut listed = recorded["listIdle"].clone();
    sort_tags(&mut listed);
    let mut simulation = Simulation::new(&recorded::world(), START);
    simulation.handle_timeout(START + Duration::from_secs(45));
    assert_eq!(list(&simulation), listed);
    assert_eq!(detail(&simulation), plain(recorded["detailIdle"].clone()));
    assert_eq!(dashboard(&simulation), plain(recorded["dashboardIdle"].clone()));

    let gpu = json!({"type": "MATCH_TAG", "tag": "gpu"});
    let specs = [spec("x1", 64, json!({"type": "ANY"})), spec("x2", 64, gpu.clone()), spec("x3", 128, gpu)];
    for (second, spec) in (45..).zip(specs) {
        let create = Command::Create { spec: Box::new(spec), op: ClusterOpSpec::default() };
        simulation.handle_command(create, START + Duration::from_secs(second)).unwrap();
    }
    simulation.handle_timeout(START + Duration::from_millis(49_999));
    assert_eq!(list(&simulation), listed, "figures lag behind until they are taken over");
    simulation.handle_timeout(START + Duration::from_secs(50));
    let mut listed = recorded["listBusy"].clone();
    sort_tags(&mut listed);
    assert_eq!(list(&simulation), listed);
    simulation.handle_timeout(START + Duration::from_secs(60));
    assert_eq!(detail(&simulation)["state"], plain(recorded["detailBusy"].clone())["state"]);
    assert_eq!(dashboard(&simulation), plain(recorded["dashboardBusy"].clone()));
}
