//! A spec as titled facts. Pure: reads the document itself, so that what this build does not know is shown as well.

use crate::format::{format_cores, format_megabytes};
use model::TaskSpec;
use serde_json::Value;

/// Facts that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What they are about.
    pub title: &'static str,
    /// Name and value.
    pub facts: Vec<(String, String)>,
}

/// Everything but the environment, groups without facts left out.
pub fn groups(document: &Value) -> Vec<Group> {
    let text = |pointer: &str| document.pointer(pointer).map(plain).unwrap_or_default();
    let spec = TaskSpec::from_json(document).unwrap_or_default();
    let list = |name: &str| document.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let field = |value: &Value, name: &str| value.get(name).map(plain).unwrap_or_default();

    let image = [("URL", text("/executable/url")), ("Pull timeout", text("/executable/dockerPullTimeout"))];
    let args = list("args").iter().map(plain).collect::<Vec<_>>().join(" ");
    let resources = [
        ("CPU", if spec.resources.is_empty() { String::new() } else { format_cores(spec.cores()) }),
        ("Memory", if spec.resources.is_empty() { String::new() } else { format_megabytes(spec.memory_mb()) }),
        ("Placement", document.get("placementPolicy").map(placement).unwrap_or_default()),
    ];
    let volumes = list("volumes").iter().map(|v| {
        let mode = if field(v, "mode") == "READ_ONLY" { "read only" } else { "read and write" };
        (field(v, "pathInContainer"), format!("{} {mode}", field(v, "pathOnHost")))
    });
    let configs =
        list("configs").iter().map(|c| (field(c, "localFilename"), field(c, "type").to_lowercase().replace('_', " ")));
    let devices = list("devices").iter().map(|d| (field(d, "type"), short_json(d)));
    let logging = document.get("logging").filter(|l| !l.is_null()).map(logging);
    let tags =
        document.get("tags").and_then(Value::as_object).into_iter().flatten().map(|(k, v)| (k.clone(), plain(v)));
    let user = [("User", text("/userSpec/user")), ("Group", text("/userSpec/group"))];

    let named = |facts: &[(&str, String)]| facts.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect::<Vec<_>>();
    [
        Group { title: "Image", facts: [named(&image), named(&[("Arguments", args)])].concat() },
        Group { title: "Resources and placement", facts: named(&resources) },
        Group { title: "Volumes", facts: volumes.collect() },
        Group { title: "Configs", facts: configs.collect() },
        Group { title: "Logging", facts: logging.map(|l| ("Driver".to_owned(), l)).into_iter().collect() },
        Group { title: "Devices", facts: devices.collect() },
        Group { title: "User", facts: named(&user) },
        Group { title: "Tags", facts: tags.collect() },
    ]
    .into_iter()
    .filter_map(|mut group| {
        group.facts.retain(|(_, value)| !value.is_empty());
        (!group.facts.is_empty()).then_some(group)
    })
    .collect()
}

fn placement(policy: &Value) -> String {
    let field = |name: &str| policy.get(name).map(plain).unwrap_or_default();
    match field("type").as_str() {
        "" => String::new(),
        "ANY" => "Any, untagged executors only".into(),
        "NO_TAG" => "Untagged executors".into(),
        "ONE_PER_HOST" => "One per host".into(),
        "MAX_N_PER_HOST" => format!("At most {} per host", field("max")),
        "MATCH_TAG" => format!("Executor with the tag {}", field("tag")),
        "RULE_BASED" => format!("{} rule {}", field("ruleType"), field("rule")),
        "COMPOSITE" => {
            let word = if field("combiner") == "OR" { " or " } else { " and " };
            let parts = policy.get("policies").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            parts.iter().map(placement).collect::<Vec<_>>().join(word)
        }
        _ => short_json(policy),
    }
}

fn logging(spec: &Value) -> String {
    let field = |name: &str| spec.get(name).map(plain).unwrap_or_default();
    match field("type").as_str() {
        "LOCAL" => {
            let compressed = if spec.get("compress") == Some(&Value::Bool(true)) { ", compressed" } else { "" };
            format!("Local, {} × {}{compressed}", field("maxSize"), field("maxFiles"))
        }
        "RSYSLOG" => format!("Rsyslog at {}", field("server")),
        _ => short_json(spec),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

fn short_json(value: &Value) -> String {
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_part_of_a_spec_is_told() {
        let spec = json!({
            "sourceAppName": "A", "taskId": "B",
            "executable": {"type": "DOCKER", "url": "img:1", "dockerPullTimeout": "100 seconds"},
            "resources": [{"type": "CPU", "count": 4}, {"type": "MEMORY", "sizeInMB": 8192}],
            "placementPolicy": {"type": "COMPOSITE", "combiner": "OR", "policies": [
                {"type": "MATCH_TAG", "tag": "gpu"}, {"type": "MAX_N_PER_HOST", "max": 2}]},
            "volumes": [{"pathInContainer": "/data", "pathOnHost": "/srv", "mode": "READ_ONLY"}],
            "logging": {"type": "LOCAL", "maxSize": "10m", "maxFiles": 3, "compress": true},
            "args": ["--close", "8"], "tags": {"team": "x"}, "userSpec": {"user": "app"}
        });
        let told: Vec<String> =
            groups(&spec).into_iter().flat_map(|g| g.facts).map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(
            told,
            [
                "URL: img:1",
                "Pull timeout: 100 seconds",
                "Arguments: --close 8",
                "CPU: 4 cores",
                "Memory: 8 GiB",
                "Placement: Executor with the tag gpu or At most 2 per host",
                "/data: /srv read only",
                "Driver: Local, 10m × 3, compressed",
                "User: app",
                "team: x"
            ]
        );
        assert_eq!(groups(&json!({})), []);
    }
}
