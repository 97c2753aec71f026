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
        cores: 1,
        memory_mb: 64,
        submitted: Timestamp(run_id),
        updated: Timestamp(run_id),
        revision: 1,
        ..TaskRow::default()
    }
}
