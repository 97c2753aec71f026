//! The states of a task and what each of them means (contract 5.2).

use crate::wire_enum::wire_enum;

wire_enum!(
    /// State of a task as an executor reports it (contract 5.2).
    TaskState {
        /// Registered on the executor; normally never visible.
        Pending = "PENDING",
        /// The image is being pulled.
        Provisioning = "PROVISIONING",
        /// The pull failed; cleaning up follows.
        ProvisioningFailed = "PROVISIONING_FAILED",
        /// The container is being created and started.
        Starting = "STARTING",
        /// The container runs.
        Running = "RUNNING",
        /// The container ended, whatever its outcome.
        RunCompleted = "RUN_COMPLETED",
        /// The container could not be started.
        RunFailed = "RUN_FAILED",
        /// The container is being removed.
        Deprovisioning = "DEPROVISIONING",
        /// Normal end, whatever the outcome.
        Stopped = "STOPPED",
        /// The executor was silent for too long, or its state machine broke.
        Lost = "LOST",
        /// The executor restarted and has not recovered the task yet.
        Unknown = "UNKNOWN",
    }
);

impl TaskState {
    /// No further state follows (a task once LOST may still come back, contract 5.6).
    pub fn is_terminal(&self) -> bool {
        matches!(self, TaskState::Stopped | TaskState::Lost)
    }

    /// Drove counts it as active: listed in `/tasks` and counted by placement (contract 2.2, 6.4).
    pub fn is_active(&self) -> bool {
        matches!(
            self,
            TaskState::Pending
                | TaskState::Provisioning
                | TaskState::Starting
                | TaskState::Running
                | TaskState::RunCompleted
                | TaskState::Deprovisioning
        )
    }

    /// Something went wrong on the way to RUNNING.
    pub fn is_failure(&self) -> bool {
        matches!(self, TaskState::ProvisioningFailed | TaskState::RunFailed)
    }

    /// Place in the normal order of a run: within one run no fact moves the state to a lower rank (design section 3).
    pub fn rank(&self) -> u8 {
        match self {
            TaskState::Unknown | TaskState::Other(_) => 0,
            TaskState::Pending => 1,
            TaskState::Provisioning => 2,
            TaskState::Starting => 3,
            TaskState::Running => 4,
            TaskState::ProvisioningFailed | TaskState::RunFailed | TaskState::RunCompleted => 5,
            TaskState::Deprovisioning => 6,
            TaskState::Lost => 7,
            TaskState::Stopped => 8,
        }
    }

    /// The word a person reads (design section 6); a state this build does not know shows its wire name.
    pub fn label(&self) -> &str {
        match self {
            TaskState::Pending => "Pending",
            TaskState::Provisioning => "Provisioning",
            TaskState::ProvisioningFailed => "Provisioning failed",
            TaskState::Starting => "Starting",
            TaskState::Running => "Running",
            TaskState::RunCompleted => "Run completed",
            TaskState::RunFailed => "Run failed",
            TaskState::Deprovisioning => "Deprovisioning",
            TaskState::Stopped => "Stopped",
            TaskState::Lost => "Lost",
            TaskState::Unknown => "Unknown",
            TaskState::Other(name) => name,
        }
    }
}

wire_enum!(
    /// `taskResult.status` (contract 2.3); TIMED_OUT is declared by Drove and never produced.
    TaskResultStatus {
        /// Exit code 0.
        Successful = "SUCCESSFUL",
        /// Any other exit code, or a failure to start.
        Failed = "FAILED",
        /// Killed on request.
        Cancelled = "CANCELLED",
        /// The container vanished, or its executor did.
        Lost = "LOST",
        /// Never produced by Drove 1.33.
        TimedOut = "TIMED_OUT",
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_leniently_as_drove_reads_them() {
        assert_eq!(TaskState::known(" run-completed\n"), Some(TaskState::RunCompleted));
        assert_eq!(TaskState::from_wire("HIBERNATING"), TaskState::Other("HIBERNATING".into()));
    }

    #[test]
    fn an_unknown_state_survives_a_round_trip() {
        let json = "\"HIBERNATING\"";
        let state: TaskState = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&state).unwrap(), json);
        assert_eq!(state.label(), "HIBERNATING");
    }

    #[test]
    fn terminal_states_are_not_active() {
        for state in TaskState::ALL {
            assert!(!(state.is_terminal() && state.is_active()), "{state}");
        }
    }
}
