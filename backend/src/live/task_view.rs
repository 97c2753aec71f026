//! One task, as its page shows it: sent whole when anything about it changed.

use model::{
    TaskKey,
    dashboard::{TaskDetail, TaskRow},
};

/// One task with all its readers.
#[derive(Debug)]
pub(super) struct TaskView {
    key: TaskKey,
    /// The newest if absent.
    run: Option<u32>,
    changed: bool,
    shown: Option<Box<TaskDetail>>,
}

impl TaskView {
    /// A task that nobody has read yet.
    pub fn new(key: TaskKey, run: Option<u32>) -> Self {
        Self { key, run, changed: false, shown: None }
    }

    /// The task, and which run of it: the newest if no number is given.
    pub fn identity(&self) -> (&TaskKey, Option<u32>) {
        (&self.key, self.run)
    }

    /// Something changed, perhaps this task.
    pub fn take_rows(&mut self, rows: &[TaskRow]) {
        self.changed |= rows.iter().any(|row| row.key == self.key);
    }

    /// The task, if it must be read again.
    pub fn wanted(&self) -> Option<(&TaskKey, Option<u32>)> {
        self.changed.then(|| self.identity())
    }

    /// Whether something waits to be told.
    pub fn is_waiting(&self) -> bool {
        self.changed
    }

    /// It was read for a new reader. An earlier reader learns of it by the change that is on its way.
    pub fn shown(&mut self, detail: Option<&TaskDetail>) {
        if !self.changed {
            self.shown = detail.cloned().map(Box::new);
        }
    }

    /// It was read again: the task, if readers must hear of it.
    pub fn take_detail(&mut self, detail: Option<TaskDetail>) -> Option<Box<TaskDetail>> {
        self.changed = false;
        let detail = Box::new(detail?);
        if self.shown.as_ref().is_some_and(|shown| same(shown, &detail)) {
            return None;
        }
        self.shown = Some(detail.clone());
        Some(detail)
    }
}

/// Whether two readings say the same, whenever they were made.
fn same(one: &TaskDetail, other: &TaskDetail) -> bool {
    let other = TaskDetail { revision: one.revision, now: one.now, ..other.clone() };
    *one == other
}
