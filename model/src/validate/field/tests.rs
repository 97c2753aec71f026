use super::*;
use serde_json::json;
use std::{fs, path::Path};

/// Every refusal of a CREATE or of a spec in the recordings: its words, and what was sent.
fn recorded() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/recordings");
    let mut found = Vec::new();
    for name in ["validation", "envelope", "lifecycle", "maintenance"] {
        let text = fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        for exchange in serde_json::from_str::<Vec<Value>>(&text).unwrap() {
            let (sent, answer) = (&exchange["request"]["body"], &exchange["response"]["body"]["data"]);
            let path = exchange["request"]["path"].as_str().unwrap_or_default();
            let is_create = path.ends_with("/validate/spec") || sent["type"] == "CREATE";
            let entries = crate::words_of(answer).into_iter().filter(|_| is_create && sent.is_object());
            found.extend(entries.map(|words| (words, sent.clone())));
        }
    }
    found
}

/// A part of each refusal, and the field it is about.
const TABLE: &[(&str, FieldId)] = &[
    ("sourceAppName - ", FieldId::App),
    ("taskId - ", FieldId::Id),
    ("Task already exists for REC/", FieldId::Id),
    ("executable - Executable details is required", FieldId::Url),
    ("executable.url - ", FieldId::Url),
    ("executable.dockerPullTimeout - ", FieldId::PullTimeout),
    ("io.dropwizard.util.Duration", FieldId::PullTimeout),
    ("resources - CPU/Memory requirements must be specified", FieldId::Cpu),
    ("requirements.ResourceRequirement", FieldId::Cpu),
    ("from String \"x\": not a valid `long` value", FieldId::Cpu),
    ("Cluster does not have enough CPU. Required: ", FieldId::Cpu),
    ("Required cores exceeds the maximum core available on a single NUMA node", FieldId::Cpu),
    ("Cluster does not have enough Memory. Required: ", FieldId::Memory),
    ("application.placement.", FieldId::Policy),
    ("placementPolicy.", FieldId::Policy),
    ("Local service placement is not allowed for tasks", FieldId::Policy),
    ("LinkedHashMap<java.lang.String,java.lang.String>` from Array", FieldId::Env),
    ("args size must be between 0 and 2048", FieldId::Args),
    ("Maximum combined length of command line arguments can be 2048", FieldId::Args),
    ("java.util.ArrayList", FieldId::Args),
    ("opSpec.timeout must not be null", FieldId::Timeout),
    ("opSpec.parallelism must be greater", FieldId::Parallelism),
    ("opSpec.failureStrategy must not be null", FieldId::Strategy),
    ("volumes[0].", FieldId::Document),
    ("application.MountedVolume$MountMode", FieldId::Document),
    ("Volume mount requested on non whitelisted host directory: /etc", FieldId::Document),
    ("configs[0].", FieldId::Document),
    ("config.ConfigSpec", FieldId::Document),
    ("`byte[]`", FieldId::Document),
    ("logging.", FieldId::Document),
    ("Device access is disabled.", FieldId::Document),
    ("devices.DeviceSpec", FieldId::Document),
    ("userSpec.user must not be empty", FieldId::Document),
    ("spec must not be null", FieldId::Document),
    ("Cluster is in maintenance mode", FieldId::Document),
];

#[test]
fn every_recorded_refusal_belongs_to_its_field() {
    let recorded = recorded();
    assert!(recorded.len() > 80, "{}", recorded.len());
    for (words, sent) in &recorded {
        let (_, field) = TABLE.iter().find(|(part, _)| words.contains(part)).expect(words);
        assert_eq!(refused_field(words, sent), *field, "{words}");
    }
    for (part, _) in TABLE {
        assert!(recorded.iter().any(|(words, _)| words.contains(part)), "not recorded: {part}");
    }
}

#[test]
fn texts_that_two_fields_may_cause_belong_to_the_one_that_was_sent() {
    let body = |spec: Value, op: Value| json!({ "type": "CREATE", "spec": spec, "opSpec": op });
    let duration =
        "Cannot construct instance of `io.dropwizard.util.Duration`, problem: Invalid duration: 5x. Wrong time unit";
    let long = "Cannot deserialize value of type `long` from String \"x\": not a valid `long` value";
    let int = "Cannot deserialize value of type `int` from String \"x\": not a valid `int` value";
    let strategy = "Cannot deserialize value of type `com.phonepe.drove.models.operation.deploy.FailureStrategy` from \
                    String \"X\": X was not one of [STOP, ROLLBACK]";
    for (words, sent, field) in [
        (duration, body(json!({}), json!({"timeout": "5x"})), FieldId::Timeout),
        (duration, body(json!({"executable": {"dockerPullTimeout": "5x"}}), json!({})), FieldId::PullTimeout),
        (long, json!({"resources": [{"type": "CPU"}, {"type": "MEMORY", "sizeInMB": "x"}]}), FieldId::Memory),
        (int, json!({"placementPolicy": {"type": "MAX_N_PER_HOST", "max": "x"}}), FieldId::Policy),
        (int, body(json!({}), json!({"parallelism": "x"})), FieldId::Parallelism),
        (int, json!({"logging": {"type": "LOCAL", "maxFiles": "x"}}), FieldId::Document),
        (strategy, body(json!({}), json!({"failureStrategy": "X"})), FieldId::Strategy),
        ("Passing command line to containers is disabled on this cluster", json!({}), FieldId::Args),
        ("Could not schedule job to start the task.", json!({}), FieldId::Document),
    ] {
        assert_eq!(refused_field(words, &sent), field, "{words}");
    }
}

#[test]
fn words_at_a_field_have_no_path() {
    for (entry, words) in [
        ("spec.executable.url - Specify url for container", "Specify url for container"),
        ("opSpec.timeout must not be null", "Required."),
        (
            "volumes[0].mode - Specify whether mount is read-only",
            "volumes[0].mode - Specify whether mount is read-only",
        ),
        (
            "Cluster does not have enough CPU. Required: 2 Available: 1",
            "Cluster does not have enough CPU. Required: 2 Available: 1",
        ),
    ] {
        assert_eq!(words_at_field(entry), words);
    }
}
