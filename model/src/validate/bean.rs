//! Bean validation: entries are `<property path> <message>`, in no particular order (contract 1.3).

use crate::{ClusterOpSpec, ConfigSpec, LoggingSpec, MountedVolume, PlacementPolicy, TaskOperation, TaskSpec};

/// The entry for a body that is missing, blank or null.
pub const NO_BODY: &str = "The request body must not be null";

/// Entries for the body of `/tasks/operations`.
pub fn operation(operation: &TaskOperation) -> Vec<String> {
    let mut found = Findings::default();
    match operation {
        TaskOperation::Create { spec, op_spec } => {
            match spec {
                None => found.add("spec", "must not be null"),
                Some(spec) => check_spec(&mut found.below("spec."), spec),
            }
            check_op_spec(&mut found, op_spec.as_ref());
        }
        TaskOperation::Kill { source_app_name, task_id, op_spec } => {
            found.not_empty("sourceAppName", source_app_name.as_str());
            found.not_empty("taskId", task_id.as_str());
            check_op_spec(&mut found, op_spec.as_ref());
        }
    }
    found.entries
}

/// Entries for the bare spec of `/tasks/validate/spec`.
pub fn spec(spec: &TaskSpec) -> Vec<String> {
    let mut found = Findings::default();
    check_spec(&mut found.below(""), spec);
    found.entries
}

/// Entries found so far.
#[derive(Default)]
struct Findings {
    entries: Vec<String>,
}

impl Findings {
    fn add(&mut self, path: &str, message: &str) {
        self.entries.push(format!("{path} {message}"));
    }

    fn not_empty(&mut self, path: &str, text: &str) {
        self.require(!text.is_empty(), path, "must not be empty");
    }

    fn require(&mut self, holds: bool, path: &str, message: &str) {
        if !holds {
            self.add(path, message);
        }
    }

    fn below<'a>(&'a mut self, prefix: &'a str) -> Below<'a> {
        Below { findings: self, prefix }
    }
}

/// Entries below a property of the body.
struct Below<'a> {
    findings: &'a mut Findings,
    prefix: &'a str,
}

impl Below<'_> {
    fn require(&mut self, holds: bool, path: &str, message: &str) {
        if !holds {
            self.findings.add(&format!("{}{path}", self.prefix), message);
        }
    }
}

fn check_op_spec(found: &mut Findings, op_spec: Option<&ClusterOpSpec>) {
    let Some(op_spec) = op_spec else { return found.add("opSpec", "must not be null") };
    found.require(op_spec.timeout.is_some(), "opSpec.timeout", "must not be null");
    found.require(op_spec.parallelism >= 1, "opSpec.parallelism", "must be greater than or equal to 1");
    found.require(op_spec.parallelism <= 512, "opSpec.parallelism", "must be less than or equal to 512");
    found.require(op_spec.failure_strategy.is_some(), "opSpec.failureStrategy", "must not be null");
}

fn check_spec(found: &mut Below<'_>, spec: &TaskSpec) {
    check_name(found, "sourceAppName", spec.source_app_name.as_str(), "- Source Application name is mandatory");
    check_name(found, "taskId", spec.task_id.as_str(), "- Task ID is mandatory");
    match &spec.executable {
        None => found.require(false, "executable", "- Executable details is required"),
        Some(executable) => {
            found.require(!executable.url.is_empty(), "executable.url", "- Specify url for container");
            found.require(
                executable.docker_pull_timeout.is_some(),
                "executable.dockerPullTimeout",
                "- Specify container fetch (docker pull) timeout",
            );
        }
    }
    found.require(!spec.resources.is_empty(), "resources", "- CPU/Memory requirements must be specified");
    for (index, volume) in spec.volumes.iter().flatten().enumerate() {
        check_volume(found, &format!("volumes[{index}]"), volume);
    }
    for (index, config) in spec.configs.iter().flatten().enumerate() {
        check_config(found, &format!("configs[{index}]"), config);
    }
    if let Some(logging) = &spec.logging {
        check_logging(found, logging);
    }
    if let Some(policy) = &spec.placement_policy {
        check_policy(found, policy);
    }
    let count = spec.args.as_ref().map_or(0, Vec::len);
    found.require(count <= 2048, "args", "size must be between 0 and 2048");
    if let Some(user) = &spec.user_spec {
        found.require(!user.user.is_empty(), "userSpec.user", "must not be empty");
    }
}

fn check_name(found: &mut Below<'_>, path: &str, name: &str, missing: &str) {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    found.require(!name.is_empty(), path, missing);
    found.require(plain, path, "- Only characters, numbers, hyphen and underscore is allowed");
}

fn check_volume(found: &mut Below<'_>, path: &str, volume: &MountedVolume) {
    let mut require = |holds, name: &str, message| found.require(holds, &format!("{path}.{name}"), message);
    require(!volume.path_in_container.is_empty(), "pathInContainer", "- Provide mount path inside container");
    require(!volume.path_on_host.is_empty(), "pathOnHost", "- Provide host directory to mount");
    require(volume.mode.is_some(), "mode", "- Specify whether mount is read-only or read-write");
}

fn check_config(found: &mut Below<'_>, path: &str, config: &ConfigSpec) {
    let mut require = |holds, name: &str, message| found.require(holds, &format!("{path}.{name}"), message);
    let local_filename = match config {
        ConfigSpec::Inline { local_filename, data } => {
            require(!data.is_empty(), "data", "must not be empty");
            local_filename
        }
        ConfigSpec::ExecutorLocalFile { local_filename, .. } => local_filename,
        ConfigSpec::ControllerHttpFetch { local_filename, http }
        | ConfigSpec::ExecutorHttpFetch { local_filename, http } => {
            require(http.is_some(), "http", "must not be null");
            local_filename
        }
    };
    require(!local_filename.is_empty(), "localFilename", "must not be empty");
}

fn check_logging(found: &mut Below<'_>, logging: &LoggingSpec) {
    match logging {
        LoggingSpec::Local { max_size, max_files, .. } => {
            found.require(
                !max_size.is_empty(),
                "logging.maxSize",
                "- Specify max size of logs. Use 10m, 1g etc. Files bigger than this will be rotated",
            );
            let files = "logging.maxFiles";
            found.require(*max_files >= 1, files, "- At least one log will be present, so min value is 1");
            found.require(*max_files <= 100, files, "- Maximum 100 log files can be retained");
        }
        LoggingSpec::Other(_) => {}
        LoggingSpec::Rsyslog { server, .. } => {
            found.require(!server.is_empty(), "logging.server", "- Rsyslog server url should be passed here");
        }
    }
}

/// Drove does not validate policies below COMPOSITE (contract 3.6).
fn check_policy(found: &mut Below<'_>, policy: &PlacementPolicy) {
    match policy {
        PlacementPolicy::MaxNPerHost { max } => {
            let path = "placementPolicy.max";
            found.require(*max >= 1, path, "- Min one hose needs to be specified");
            found.require(*max <= 64, path, "- Maximum 64 containers can be specified per host");
        }
        PlacementPolicy::MatchTag { tag } => {
            found.require(!tag.is_empty(), "placementPolicy.tag", "- Tag is mandatory");
        }
        PlacementPolicy::RuleBased { rule, rule_type } => {
            found.require(!rule.is_empty(), "placementPolicy.rule", "- Specify a rule to select/reject node based");
            found.require(rule_type.is_some(), "placementPolicy.ruleType", "must not be null");
        }
        PlacementPolicy::Composite { policies, .. } => {
            let message = "- Specify one or more policies to combine";
            found.require(!policies.is_empty(), "placementPolicy.policies", message);
        }
        PlacementPolicy::Any | PlacementPolicy::OnePerHost | PlacementPolicy::NoTag | PlacementPolicy::Local { .. } => {
        }
    }
}
