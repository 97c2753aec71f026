use crate::{ResourceRequirement, TaskSpec};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Something Drove lets pass and a user may not want.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hint {
    /// Property path, as in Drove's entries: `resources[0].count`.
    pub path: String,
    /// What, and what to do.
    pub message: String,
}

/// What the hint at an unknown field begins with.
pub const IGNORED: &str = "Drove ignores this field.";

/// Hints for a whole operation, beside those for its spec: fields that Drove ignores.
pub fn operation_hints(operation: &Value) -> Vec<Hint> {
    let mut found = Vec::new();
    unknown_fields(operation, "", Shape::Operation, &mut found);
    found
}

/// Hints for a spec: fields that Drove ignores, a missing placement, counts that make no sense. `document` is what was
/// sent, `spec` what was read from it.
pub fn hints(document: &Value, spec: &TaskSpec) -> Vec<Hint> {
    let mut found = Vec::new();
    unknown_fields(document, "", Shape::Spec, &mut found);
    let mut hint = |path: &str, message: &str| found.push(Hint { path: path.into(), message: message.into() });
    if spec.placement_policy.is_none() {
        hint("placementPolicy", "Missing: taken as ANY here, answered with HTTP 500 by a real cluster. Name a policy.");
    }
    for (index, resource) in spec.resources.iter().enumerate() {
        let (path, name, count) = match resource {
            ResourceRequirement::Cpu { count } => (format!("resources[{index}].count"), "cores", *count),
            ResourceRequirement::Memory { size_in_mb } => (format!("resources[{index}].sizeInMB"), "MB", *size_in_mb),
        };
        match (count, name) {
            (0, "cores") => hint(&path, "0 cores: the container is not pinned and shares every core."),
            (0, _) => hint(&path, "0 MB: the container's memory is not limited."),
            (1..6, "MB") => hint(&path, "Docker refuses less than 6 MB."),
            (..0, _) => hint(&path, "A negative count passes validation and can never be placed."),
            _ => {}
        }
    }
    found
}

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Operation,
    OpSpec,
    Spec,
    Executable,
    Resource,
    Volume,
    Config,
    Http,
    Placement,
    Logging,
    Device,
    User,
    /// Any key is the user's own.
    Free,
}

impl Shape {
    /// Field → the shape of its value; `Free` where nothing below is checked.
    fn fields(self) -> &'static [(&'static str, Shape)] {
        use Shape::*;
        match self {
            Operation => &[("type", Free), ("spec", Free), ("opSpec", OpSpec)],
            OpSpec => &[("timeout", Free), ("parallelism", Free), ("failureStrategy", Free)],
            Spec => &[
                ("sourceAppName", Free),
                ("taskId", Free),
                ("executable", Executable),
                ("resources", Resource),
                ("volumes", Volume),
                ("configs", Config),
                ("logging", Logging),
                ("placementPolicy", Placement),
                ("tags", Free),
                ("env", Free),
                ("args", Free),
                ("devices", Device),
                ("userSpec", User),
            ],
            Executable => &[("type", Free), ("url", Free), ("dockerPullTimeout", Free)],
            Resource => &[("type", Free), ("count", Free), ("sizeInMB", Free)],
            Volume => &[("pathInContainer", Free), ("pathOnHost", Free), ("mode", Free)],
            Config => {
                &[("type", Free), ("localFilename", Free), ("data", Free), ("filePathOnHost", Free), ("http", Http)]
            }
            Http => &[
                ("protocol", Free),
                ("hostname", Free),
                ("port", Free),
                ("path", Free),
                ("verb", Free),
                ("successCodes", Free),
                ("payload", Free),
                ("connectionTimeout", Free),
                ("operationTimeout", Free),
                ("username", Free),
                ("password", Free),
                ("authHeader", Free),
                ("headers", Free),
                ("insecure", Free),
            ],
            Placement => &[
                ("type", Free),
                ("max", Free),
                ("tag", Free),
                ("rule", Free),
                ("ruleType", Free),
                ("policies", Placement),
                ("combiner", Free),
                ("hostLevel", Free),
            ],
            Logging => &[
                ("type", Free),
                ("maxSize", Free),
                ("maxFiles", Free),
                ("compress", Free),
                ("server", Free),
                ("tagPrefix", Free),
                ("tagSuffix", Free),
            ],
            Device => &[
                ("type", Free),
                ("pathOnHost", Free),
                ("pathInContainer", Free),
                ("permissions", Free),
                ("driver", Free),
                ("count", Free),
                ("deviceIds", Free),
                ("capabilities", Free),
                ("options", Free),
            ],
            User => &[("user", Free), ("group", Free)],
            Free => &[],
        }
    }
}

fn unknown_fields(value: &Value, path: &str, shape: Shape, found: &mut Vec<Hint>) {
    if shape == Shape::Free {
        return;
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                unknown_fields(item, &format!("{path}[{index}]"), shape, found);
            }
        }
        Value::Object(object) => {
            for (name, below) in object {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match shape.fields().iter().find(|(known, _)| known == name) {
                    Some((_, below_shape)) => unknown_fields(below, &path, *below_shape, found),
                    None => {
                        let near = closest(name, shape).map(|k| format!(" Did you mean {k}?")).unwrap_or_default();
                        found.push(Hint { path, message: format!("{IGNORED}{near}") });
                    }
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The known field at most two edits away, case aside.
fn closest(name: &str, shape: Shape) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    shape
        .fields()
        .iter()
        .map(|(known, _)| (edits(&lower, &known.to_ascii_lowercase()), *known))
        .min()
        .filter(|(distance, known)| *distance <= 2.min(known.len() / 2))
        .map(|(_, known)| known)
}

/// Levenshtein distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn typos_are_named_with_the_field_that_was_meant() {
        let document = json!({
            "sourceAppname": "A", "env": {"ANY": "1"}, "placementPolicy": {"type": "ANY"}, "nonsense": 1,
            "resources": [{"type": "CPU", "cuont": 1}],
        });
        let spec = TaskSpec::from_json(&document).unwrap();
        let found: Vec<(String, String)> = hints(&document, &spec).into_iter().map(|h| (h.path, h.message)).collect();
        assert!(
            found.contains(&("sourceAppname".into(), "Drove ignores this field. Did you mean sourceAppName?".into()))
        );
        assert!(found.contains(&("nonsense".into(), "Drove ignores this field.".into())));
        assert!(found.contains(&("resources[0].cuont".into(), "Drove ignores this field. Did you mean count?".into())));
        assert!(!found.iter().any(|(path, _)| path.starts_with("env")));
    }

    #[test]
    fn typos_beside_the_spec_are_named_too() {
        let operation = json!({"type": "CREATE", "spec": {"x": 1}, "opspec": {}, "opSpec": {"timeOut": "5m"}});
        let found: Vec<String> =
            operation_hints(&operation).into_iter().map(|h| format!("{} {}", h.path, h.message)).collect();
        assert_eq!(
            found,
            [
                "opspec Drove ignores this field. Did you mean opSpec?",
                "opSpec.timeOut Drove ignores this field. Did you mean timeout?",
            ]
        );
    }

    #[test]
    fn counts_that_make_no_sense_are_named() {
        let document = json!({"resources": [{"type": "CPU", "count": -1}, {"type": "MEMORY"}]});
        let spec = TaskSpec::from_json(&document).unwrap();
        let paths: Vec<String> = hints(&document, &spec).into_iter().map(|h| h.path).collect();
        assert_eq!(paths, ["placementPolicy", "resources[0].count", "resources[1].sizeInMB"]);
    }
}
