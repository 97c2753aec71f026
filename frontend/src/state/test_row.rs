use model::{
    TaskKey, TaskState, Timestamp,
    dashboard::{Phase, TaskRow},
};

/// A run of `APP/T-n` on which nothing but its state matters.
pub(crate) fn test_row(run_id: i64, state: TaskState) -> TaskRow {
    TaskRow {
        run_id,
        key: TaskKey::new("APP", format!("T-{run_id}")),
        run: 1,
        phase: if state.is_terminal() { Phase::Ended } else { Phase::Active },
        state: Some(state),
        outcome: None,
        exit_code: None,
        error_message: String::new(),
        image: String::new(),
        cores: 1,
        memory_mb: 64,
        instance_id: None,
        executor_id: None,
        executor_host: None,
        submitted: Timestamp(run_id),
        submitter: None,
        ended: None,
        updated: Timestamp(run_id),
        transitions: Vec::new(),
        kill_pending: false,
        unmanaged: false,
        revision: 1,
    }
}
