//! The log of a run as its executor writes it (contract 2.4): the executor's own lines and the container's, each
//! `level | date | logger | message`. Values of the environment are not written (contract 13).

use crate::{
    OutputLine, PullProgress, Stream,
    dates::{docker_date, java_date, log_date},
};
use model::{ResourceAllocation, TaskInfo, TaskState, Timestamp};
use std::fmt::Write;

/// Lines written at one moment.
pub(crate) struct LogText {
    date: String,
    text: String,
}

impl LogText {
    /// Nothing yet.
    pub(crate) fn at(now: Timestamp) -> Self {
        Self { date: log_date(now), text: String::new() }
    }

    /// The bytes.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.text.into_bytes()
    }

    fn line(&mut self, level: &str, logger: &str, message: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{level:<5} | {} | {logger:<30} | {message}", self.date);
    }

    fn info(&mut self, logger: &str, message: &str) {
        self.line("INFO", logger, message);
    }

    fn action(&mut self, action: &str) {
        self.info("StateMachine", &format!("Action to be executed: {action}"));
    }

    /// A run was registered.
    pub(crate) fn validating(&mut self) {
        self.action("TaskSpecValidator");
    }

    /// What the executor does on entering a state.
    pub(crate) fn entered(&mut self, info: &TaskInfo) {
        self.info("InstanceEngine", &current_state(info));
        let image = image(info);
        match &info.state {
            TaskState::Provisioning => {
                self.action("TaskExecutableFetchAction");
                let message = format!("Pulling docker image: {image}");
                self.info("CommonExecutableFetchAction", &message);
                self.info("DockerUtils", &message);
                self.info("DockerUtils", &format!("No auth info found for registry: {}", registry(image)));
            }
            TaskState::Starting => {
                self.action("TaskRunAction");
                for (name, _) in info.env.iter().flatten().filter(|(_, value)| value.is_empty()) {
                    let message = format!("No local value found for empty variable: {name}. Nothing will be set.");
                    self.line("WARN", "DockerUtils", &message);
                }
            }
            TaskState::Running => {
                self.action("TaskMonitoringAction");
                self.info("TaskMonitoringAction", &format!("Starting to monitor {}", info.key()));
            }
            TaskState::RunCompleted | TaskState::RunFailed | TaskState::ProvisioningFailed => {
                self.action("TaskDestroyAction");
            }
            TaskState::Deprovisioning => self.action("TaskExecutableCleanupAction"),
            TaskState::Stopped => {
                let message = format!("State machine {} has been successfully terminated", info.instance_id);
                self.info("InstanceEngine", &message);
                self.info("InstanceEngine", "Completed");
            }
            TaskState::Pending | TaskState::Lost | TaskState::Unknown | TaskState::Other(_) => {}
        }
    }

    /// A step of the pull.
    pub(crate) fn pulling(&mut self, image: &str, progress: &PullProgress) {
        let message = match progress {
            PullProgress::Began { tag, name } => format!("Image:{image} Layer {tag}: Pulling from {name}"),
            PullProgress::Layer { layer, percent } => format!("Image: {image} Layer {layer}: {percent}%"),
        };
        self.info("ImagePullProgressHandler", &message);
    }

    /// The pull is over.
    pub(crate) fn pulled(&mut self, image: &str, image_id: &str) {
        self.info("DockerUtils", &format!("Pulled image {image} with image ID: {image_id}"));
    }

    /// The pull or the start failed; docker's texts end in a line end, the log has one of its own.
    pub(crate) fn failed(&mut self, logger: &str, error: &str) {
        self.line("ERROR", logger, error.trim_end());
    }

    /// The container exists.
    pub(crate) fn created(&mut self) {
        self.info("DockerUtils", "No configs to be injected to container");
    }

    /// A line of the container.
    pub(crate) fn output(&mut self, line: &OutputLine) {
        let level = match line.stream {
            Stream::Stdout => "INFO",
            Stream::Stderr => "ERROR",
        };
        self.line(level, "InstanceLogHandler", &line.text);
    }

    /// The container ended by itself.
    pub(crate) fn exited(&mut self, info: &TaskInfo, code: i64, oom_killed: bool, span: (Timestamp, Timestamp)) {
        let (started, finished) = (docker_date(span.0), docker_date(span.1));
        let message = format!(
            "Task instance completed with status: InspectContainerResponse.ContainerState(status=exited, \
             running=false, paused=false, restarting=false, oomKilled={oom_killed}, dead=false, pid=0, \
             exitCode={code}, error=, startedAt={started}, finishedAt={finished}, health=null)"
        );
        self.info("TaskMonitoringAction", &message);
        let message = format!("Exiting monitor as task result has been generated for {}", info.key());
        self.info("TaskMonitoringAction", &message);
    }

    /// The container was killed on request.
    pub(crate) fn killed(&mut self, info: &TaskInfo) {
        let message = format!("Monitor for {} stopped as stop was called", info.key());
        self.line("WARN", "TaskMonitoringAction", &message);
    }

    /// The container is gone.
    pub(crate) fn removed(&mut self, container_id: &str) {
        self.info("DockerUtils", &format!("Removed container: {container_id}"));
    }

    /// The image stays for the next run.
    pub(crate) fn kept_image(&mut self, image_id: &str) {
        let message = format!("Skipped image delete for {image_id} as image caching is enabled.");
        self.info("CommonExecutableCleanupAction", &message);
    }
}

fn image(info: &TaskInfo) -> &str {
    info.executable.as_ref().map_or("", |executable| executable.url.as_str())
}

/// The host part of an image, or docker's own registry.
fn registry(image: &str) -> &str {
    match image.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
        _ => "docker.io",
    }
}

/// The `StateData` that an executor prints at each change, as Java prints its parts.
fn current_state(info: &TaskInfo) -> String {
    let or_null = |text: Option<String>| text.unwrap_or_else(|| "null".to_owned());
    let resources: Vec<String> = info.resources.iter().map(allocation).collect();
    let pull_timeout = or_null(info.executable.as_ref().and_then(|e| e.docker_pull_timeout).map(|d| d.to_string()));
    let env = or_null(info.env.as_ref().map(|env| {
        let hidden: Vec<String> = env.keys().map(|name| format!("{name}=***")).collect();
        format!("{{{}}}", hidden.join(", "))
    }));
    let volumes = or_null(info.volumes.as_ref().map(|volumes| {
        let paths: Vec<String> = volumes
            .iter()
            .map(|v| format!("MountedVolume(pathInContainer={}, pathOnHost={})", v.path_in_container, v.path_on_host))
            .collect();
        format!("[{}]", paths.join(", "))
    }));
    let result = or_null(
        info.task_result
            .as_ref()
            .map(|result| format!("TaskResult(status={}, exitCode={})", result.status, result.exit_code)),
    );
    format!(
        "Current state: StateData(state={}, data=ExecutorTaskInfo(taskId={}, sourceAppName={}, instanceId={}, \
         executorId={}, hostname={}, executable=DockerCoordinates(super=ExecutableCoordinates(type=DOCKER), url={}, \
         dockerPullTimeout={pull_timeout}), resources=[{}], volumes={volumes}, loggingSpec={}, env={env}, \
         metadata={{}}, taskResult={result}, created={}, updated={}), error={}). Terminal: {} Error: {}",
        info.state,
        info.task_id,
        info.source_app_name,
        info.instance_id,
        info.executor_id,
        or_null(info.hostname.clone()),
        image(info),
        resources.join(", "),
        if info.logging_spec.is_some() { "LoggingSpec()" } else { "null" },
        java_date(info.created),
        java_date(info.updated),
        info.error_message.trim_end(),
        info.state.is_terminal(),
        info.state.is_failure(),
    )
}

fn allocation(resource: &ResourceAllocation) -> String {
    match resource {
        ResourceAllocation::Cpu { cores } => {
            let nodes: Vec<String> = cores
                .iter()
                .map(|(node, ids)| {
                    let ids: Vec<String> = ids.iter().map(u32::to_string).collect();
                    format!("{node}=[{}]", ids.join(", "))
                })
                .collect();
            format!("CPUAllocation(super=ResourceAllocation(type=CPU), cores={{{}}})", nodes.join(", "))
        }
        ResourceAllocation::Other(other) => other.to_string(),
        ResourceAllocation::Memory { memory_in_mb } => {
            let nodes: Vec<String> = memory_in_mb.iter().map(|(node, mb)| format!("{node}={mb}")).collect();
            format!("MemoryAllocation(super=ResourceAllocation(type=MEMORY), memoryInMB={{{}}})", nodes.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn info(env: serde_json::Value) -> TaskInfo {
        serde_json::from_value(json!({
            "sourceAppName": "REC", "taskId": "log-021145", "instanceId": "TI-829c6ae1", "executorId": "b489f44d",
            "executable": {"type": "DOCKER", "url": "127.0.0.1:5000/busybox:1", "dockerPullTimeout": "100 seconds"},
            "resources": [{"type": "CPU", "cores": {"0": [0]}}, {"type": "MEMORY", "memoryInMB": {"0": 64}}],
            "env": env, "state": "PROVISIONING", "created": 1_795_572_705_153_i64, "updated": 1_795_572_705_153_i64,
        }))
        .unwrap()
    }

    #[test]
    fn lines_read_as_a_real_executor_wrote_them() {
        let mut log = LogText::at(Timestamp(1_795_572_705_153));
        log.validating();
        log.entered(&info(json!(null)));
        let text = String::from_utf8(log.into_bytes()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "INFO  | 2026-11-25 02:11:45,153 | StateMachine                   | Action to be executed: \
             TaskSpecValidator"
        );
        assert_eq!(
            lines[1],
            "INFO  | 2026-11-25 02:11:45,153 | InstanceEngine                 | Current state: \
             StateData(state=PROVISIONING, data=ExecutorTaskInfo(taskId=log-021145, sourceAppName=REC, \
             instanceId=TI-829c6ae1, executorId=b489f44d, hostname=null, \
             executable=DockerCoordinates(super=ExecutableCoordinates(type=DOCKER), url=127.0.0.1:5000/busybox:1, \
             dockerPullTimeout=100 seconds), resources=[CPUAllocation(super=ResourceAllocation(type=CPU), \
             cores={0=[0]}), MemoryAllocation(super=ResourceAllocation(type=MEMORY), memoryInMB={0=64})], \
             volumes=null, loggingSpec=null, env=null, metadata={}, taskResult=null, created=Wed Nov 25 02:11:45 UTC \
             2026, updated=Wed Nov 25 02:11:45 UTC 2026), error=). Terminal: false Error: false"
        );
        assert!(
            lines[5].ends_with("| DockerUtils                    | No auth info found for registry: 127.0.0.1:5000")
        );
    }

    #[test]
    fn values_of_the_environment_stay_out_of_the_log() {
        let mut log = LogText::at(Timestamp(0));
        log.entered(&info(json!({"PASSWORD": "hunter2"})));
        let text = String::from_utf8(log.into_bytes()).unwrap();
        assert!(text.contains("env={PASSWORD=***}"));
        assert!(!text.contains("hunter2"));
    }

    #[test]
    fn the_streams_of_a_container_are_told_apart_by_level() {
        let mut log = LogText::at(Timestamp(1_795_572_705_273));
        log.output(&OutputLine { stream: Stream::Stderr, text: "to stderr".into() });
        assert_eq!(
            String::from_utf8(log.into_bytes()).unwrap(),
            "ERROR | 2026-11-25 02:11:45,273 | InstanceLogHandler             | to stderr\n"
        );
    }
}
