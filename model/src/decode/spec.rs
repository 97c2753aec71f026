use super::{JsonFault, scalar, spec_part};
use crate::{Executable, PlacementPolicy, TaskSpec, UserSpec};
use serde_json::Value;

impl TaskSpec {
    /// Reads a bare `TaskSpec` (contract 3.1), valid or not.
    pub fn from_json(value: &Value) -> Result<Self, JsonFault> {
        let object = scalar::object(value, "com.phonepe.drove.models.task.TaskSpec")?;
        let text = |name| scalar::text(object, name).map(Option::unwrap_or_default);
        Ok(Self {
            source_app_name: text("sourceAppName")?.into(),
            task_id: text("taskId")?.into(),
            executable: scalar::part(object, "executable", executable)?,
            resources: scalar::list(object, "resources", spec_part::resource)?.unwrap_or_default(),
            volumes: scalar::list(object, "volumes", spec_part::volume)?,
            configs: scalar::list(object, "configs", spec_part::config)?,
            logging: scalar::part(object, "logging", spec_part::logging)?,
            placement_policy: scalar::part(object, "placementPolicy", PlacementPolicy::from_json)?,
            tags: scalar::text_map(object, "tags")?,
            env: scalar::text_map(object, "env")?,
            args: scalar::list(object, "args", scalar::as_text)?,
            devices: scalar::list(object, "devices", spec_part::device)?,
            user_spec: scalar::part(object, "userSpec", user)?,
        })
    }
}

/// Any `type`, known or not, means DOCKER (contract 3.2).
fn executable(value: &Value) -> Result<Executable, JsonFault> {
    let object = scalar::object(value, "com.phonepe.drove.models.application.executable.DockerCoordinates")?;
    Ok(Executable {
        url: scalar::text(object, "url")?.unwrap_or_default(),
        docker_pull_timeout: scalar::duration(object, "dockerPullTimeout")?,
    })
}

fn user(value: &Value) -> Result<UserSpec, JsonFault> {
    let object = scalar::object(value, "com.phonepe.drove.models.application.UserSpec")?;
    Ok(UserSpec { user: scalar::text(object, "user")?.unwrap_or_default(), group: scalar::text(object, "group")? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_whole_spec_reads_back_what_it_writes() {
        let written = json!({
            "sourceAppName": "A", "taskId": "T",
            "executable": {"type": "DOCKER", "url": "i", "dockerPullTimeout": "100 seconds"},
            "resources": [{"type": "CPU", "count": 1}, {"type": "MEMORY", "sizeInMB": 64}],
            "volumes": [{"pathInContainer": "/c", "pathOnHost": "/tmp", "mode": "READ_ONLY"}],
            "configs": [
                {"type": "INLINE", "localFilename": "/a", "data": "eHh4"},
                {"type": "EXECUTOR_LOCAL_FILE", "localFilename": "/b", "filePathOnHost": "/h"},
                {"type": "CONTROLLER_HTTP_FETCH", "localFilename": "/c", "http": {
                    "protocol": "HTTPS", "hostname": "h", "port": 1, "path": "/", "verb": "POST", "successCodes": [200],
                    "payload": "p", "connectionTimeout": "1 second", "operationTimeout": "2 seconds", "username": "u",
                    "password": "w", "authHeader": "x", "headers": {"k": "v"}, "insecure": true}},
            ],
            "logging": {"type": "LOCAL", "maxSize": "10m", "maxFiles": 3, "compress": true},
            "placementPolicy": {"type": "COMPOSITE", "policies": [
                {"type": "MAX_N_PER_HOST", "max": 2}, {"type": "MATCH_TAG", "tag": "gpu"},
                {"type": "RULE_BASED", "rule": "true", "ruleType": "MVEL"}], "combiner": "OR"},
            "tags": {"t": "1"}, "env": {"E": ""}, "args": ["a", "b"],
            "devices": [
                {"type": "DIRECT", "pathOnHost": "/dev/x", "permissions": "ALL"},
                {"type": "DETAILED", "driver": "d", "count": 1, "deviceIds": ["0"], "capabilities": [["gpu"]],
                 "options": {"o": "1"}}],
            "userSpec": {"user": "nobody", "group": "g"},
        });
        assert_eq!(serde_json::to_value(TaskSpec::from_json(&written).unwrap()).unwrap(), written);
    }

    #[test]
    fn drove_reads_leniently() {
        let spec = TaskSpec::from_json(&json!({
            "sourceAppName": 5, "executable": {"type": "VM", "url": "i"}, "env": {"A": null, "B": 1, "C": true},
            "resources": [{"type": "CPU", "count": "2"}, {"type": "MEMORY", "sizeInMB": 1.9}, {"type": "CPU"}],
            "volumes": [{"mode": " read-only "}], "nonsense": {},
        }))
        .unwrap();
        assert_eq!(
            serde_json::to_value(&spec).unwrap(),
            json!({
                "sourceAppName": "5", "taskId": "", "executable": {"type": "DOCKER", "url": "i"},
                "resources": [{"type": "CPU", "count": 2}, {"type": "MEMORY", "sizeInMB": 1}, {"type": "CPU", "count": 0}],
                "volumes": [{"pathInContainer": "", "pathOnHost": "", "mode": "READ_ONLY"}], "env": {"B": "1", "C": "true"},
            })
        );
        assert_eq!((spec.cores(), spec.memory_mb()), (2, 1));
    }
}
