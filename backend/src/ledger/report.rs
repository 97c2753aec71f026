//! One shape for what events and records tell about a run.

use model::{
    DroveEvent, ExecutableInfo, InstanceId, Source, TaskInfo, TaskKey, TaskResult, TaskResultStatus, TaskState,
    Timestamp,
};

/// A report of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What is told. From an event it has no allocations and no settings.
    pub info: TaskInfo,
    /// How it is known.
    pub source: Source,
    /// Of an event.
    pub event_id: Option<String>,
}

impl Report {
    /// What a TASK_STATE_CHANGE tells (contract 2.8); nothing for other events.
    pub fn of_event(event: &DroveEvent) -> Option<Self> {
        let (key, state) = event.task_state_change()?;
        let text = |name| event.text(name).unwrap_or_default().to_owned();
        let result = event.text("RESULT_STATUS").map(|status| TaskResult {
            status: TaskResultStatus::from_wire(status),
            exit_code: event.number("RESULT_EXIT_CODE").unwrap_or(-1),
        });
        let info = TaskInfo {
            source_app_name: key.app,
            task_id: key.id,
            instance_id: text("INSTANCE_ID").into(),
            executor_id: text("EXECUTOR_ID").into(),
            hostname: event.text("EXECUTOR_HOST").map(str::to_owned),
            executable: event.text("EXECUTABLE").map(|url| ExecutableInfo {
                kind: "DOCKER".to_owned(),
                url: url.to_owned(),
                docker_pull_timeout: None,
            }),
            resources: Vec::new(),
            volumes: None,
            logging_spec: None,
            env: None,
            state,
            metadata: Default::default(),
            task_result: result,
            error_message: text("ERROR"),
            created: event.number("CREATED").map_or(event.time, Timestamp),
            updated: event.time,
        };
        Some(Self { info, source: Source::Event, event_id: Some(event.id.clone()) })
    }

    /// What a record tells.
    pub fn of_record(info: TaskInfo, source: Source) -> Self {
        Self { info, source, event_id: None }
    }

    /// The task.
    pub fn key(&self) -> TaskKey {
        self.info.key()
    }

    /// The run.
    pub fn instance_id(&self) -> &InstanceId {
        &self.info.instance_id
    }

    /// The state reported.
    pub fn state(&self) -> &TaskState {
        &self.info.state
    }
}
