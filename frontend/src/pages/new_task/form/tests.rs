#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
use super::*;
use serde_json::json;

fn full() -> Value {
    json!({
        "taskId": "nightly-2026-11-23", "sourceAppName": "BILLING", "$note": {"ours": [1, 2]},
        "executable": {"type": "DOCKER", "url": "img:1", "dockerPullTimeout": "100 seconds", "extra": true},
        "resources": [
            {"type": "CPU", "count": 2}, {"type": "GPU", "n": 1}, {"type": "CPU", "count": 1, "note": "two entries"},
            {"type": "MEMORY", "sizeInMB": 512}
        ],
        "placementPolicy": {"type": "MATCH_TAG", "tag": "gpu", "comment": "kept"},
        "env": {"N": 1, "GONE": null, "T": true, "S": "text"},
        "args": ["sh", "-c", "echo 'hi  there'", 7],
        "volumes": [{"pathOnHost": "/srv", "pathInContainer": "/data", "mode": "READ_ONLY"}],
        "configs": [{"type": "INLINE", "localFilename": "/c", "data": "YQ=="}],
        "logging": {"type": "LOCAL", "maxSize": "10m", "maxFiles": 3},
        "tags": {"team": "billing", "tier": "nightly"}, "devices": [], "userSpec": {"user": "app"}
    })
}

/// Documents as people leave them lying about: complete, half written, of the wrong kinds.
fn documents() -> Vec<Value> {
    let whole = full();
    let mut all = vec![
        whole.clone(),
        json!({}),
        json!({"env": {}, "args": [], "resources": [], "executable": {}, "placementPolicy": {}}),
        json!({"env": null, "args": null, "resources": null, "executable": null, "placementPolicy": null}),
        json!({"env": [1], "args": "x", "resources": {"a": 1}, "executable": "img", "placementPolicy": "ANY"}),
        json!({"sourceAppName": 5, "taskId": true, "resources": [{"type": "CPU"}, {"type": "CPU", "count": "4"}, 9]}),
        json!({"placementPolicy": {"type": "COMPOSITE", "policies": [{"type": "ANY"}], "combiner": "OR"}}),
        json!({"placementPolicy": {"type": "MAX_N_PER_HOST", "max": "2", "x": 1}}),
        json!({"placementPolicy": {"type": "RULE_BASED", "rule": "a", "ruleType": "MVEL"}}),
    ];
    for name in whole.as_object().unwrap().keys() {
        let mut without = whole.clone();
        without.as_object_mut().unwrap().shift_remove(name);
        all.push(without);
    }
    all
}

type Edit = (&'static str, fn(&mut TaskForm));

/// One edit for each field, with the name of the place it owns.
fn edits() -> Vec<Edit> {
    vec![
        ("sourceAppName", |f| f.app = "OTHER".into()),
        ("taskId", |f| f.id = "T-9".into()),
        ("executable", |f| f.url = "img:2".into()),
        ("executable", |f| f.pull_timeout = "5m".into()),
        ("resources", |f| f.cpu = "16".into()),
        ("resources", |f| f.memory = "4096".into()),
        ("placementPolicy", |f| f.placement = PlacementForm { kind: PolicyKind::NoTag, ..PlacementForm::default() }),
        ("placementPolicy", |f| {
            f.placement = PlacementForm { kind: PolicyKind::MatchTag, tag: "ssd".into(), ..PlacementForm::default() };
        }),
        ("placementPolicy", |f| {
            f.placement = PlacementForm { kind: PolicyKind::MaxNPerHost, max: "3".into(), ..PlacementForm::default() };
        }),
        ("env", |f| f.env.push(EnvRow { name: "NEW".into(), value: "v".into() })),
        ("env", |f| f.env.clear()),
        ("args", |f| f.args = "run --fast 'two words'".into()),
        ("args", |f| f.args = String::new()),
    ]
}

#[test]
fn a_form_that_was_not_touched_changes_nothing() {
    for document in documents() {
        let mut written = document.clone();
        TaskForm::read(&document).write(&mut written);
        assert_eq!(written.to_string(), document.to_string());
    }
}

#[test]
fn an_edit_changes_its_own_place_and_reads_back() {
    for document in documents() {
        for (place, edit) in edits() {
            let mut form = TaskForm::read(&document);
            edit(&mut form);
            let mut written = document.clone();
            form.write(&mut written);
            assert_eq!(TaskForm::read(&written), form, "{place} in {document}");
            for (name, value) in document.as_object().unwrap() {
                if name != place {
                    assert_eq!(written.get(name), Some(value), "{name} after an edit of {place}");
                }
            }
        }
    }
}

#[test]
fn edits_in_a_row_lose_nothing() {
    let mut document = full();
    for (_, edit) in edits() {
        let mut form = TaskForm::read(&document);
        edit(&mut form);
        form.write(&mut document);
    }
    for name in ["$note", "volumes", "configs", "logging", "tags", "devices", "userSpec"] {
        assert_eq!(document.get(name), full().get(name), "{name}");
    }
    assert_eq!(document["executable"]["extra"], true);
    assert!(document["resources"].as_array().unwrap().contains(&json!({"type": "GPU", "n": 1})));
    assert_eq!(document["env"], json!({"GONE": null}), "what Drove drops is not ours to remove");
}

#[test]
fn unchanged_values_keep_their_json_type() {
    let mut document = full();
    let mut form = TaskForm::read(&document);
    assert_eq!(form.cpu, "3");
    form.env.retain(|row| row.name != "S");
    form.write(&mut document);
    assert_eq!(document["env"], json!({"N": 1, "T": true, "GONE": null}));
    form.cpu = "4".into();
    form.write(&mut document);
    assert_eq!(document["resources"][0], json!({"type": "CPU", "count": 4}));
    assert_eq!(document["resources"].as_array().unwrap().len(), 3);
}

#[test]
fn text_that_is_no_value_is_written_as_it_is() {
    let mut document = full();
    document["placementPolicy"] = json!({"type": "MAX_N_PER_HOST", "max": 2});
    let mut form = TaskForm::read(&document);
    form.cpu = "4 or so".into();
    form.memory = "1.5".into();
    form.placement.max = "some".into();
    form.pull_timeout = "soon".into();
    form.write(&mut document);
    assert_eq!(document["resources"][0], json!({"type": "CPU", "count": "4 or so"}));
    assert_eq!(document["resources"][2]["sizeInMB"], "1.5");
    assert_eq!(document["placementPolicy"]["max"], "some");
    assert_eq!(document["executable"]["dockerPullTimeout"], "soon");
    assert_eq!(TaskForm::read(&document), form);
}

#[test]
fn an_emptied_field_takes_its_value_away() {
    let mut document = full();
    document["placementPolicy"] = json!({"type": "MAX_N_PER_HOST", "max": 2});
    let mut form = TaskForm::read(&document);
    (form.cpu, form.memory) = (String::new(), " ".into());
    form.placement.max.clear();
    form.pull_timeout.clear();
    form.write(&mut document);
    assert_eq!(document["resources"], json!([{"type": "GPU", "n": 1}]));
    assert_eq!(document["placementPolicy"], json!({"type": "MAX_N_PER_HOST"}));
    assert_eq!(document["executable"].get("dockerPullTimeout"), None);
    form.cpu = "2".into();
    form.write(&mut document);
    assert_eq!(document["resources"][0], json!({"type": "CPU", "count": 2}));
}

#[test]
fn amounts_that_are_no_whole_numbers_are_shown_and_not_taken_for_zero() {
    for (count, shown) in
        [(json!("two"), "two"), (json!(1.5), "1.5"), (json!([1]), "[1]"), (json!(null), "0"), (json!(" 4 "), "4")]
    {
        let document = json!({"resources": [{"type": "CPU", "count": count}]});
        assert_eq!(TaskForm::read(&document).cpu, shown);
    }
}

#[test]
fn what_the_form_does_not_show_is_named() {
    assert_eq!(beyond_the_form(&full()), ["$note", "1 volume", "1 config", "logging", "2 tags", "user"]);
    assert_eq!(beyond_the_form(&json!({"sourceAppName": "A"})), [] as [&str; 0]);
}
