//! What the live stream tells of a task: the run, and its log.

mod reading;

use crate::{
    api::{Api, LiveView, TaskFrame, use_api},
    browser::{OwnedTasks, OwnedTimer, owned_tasks, owned_timer, scroll_to_id},
    components::LogBuffer,
    routes::{Replace, log_position, run_number, task_query, use_go, use_paths},
    state::subscribe,
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::{
    OUTPUT_LOG, TaskKey,
    dashboard::{LogFrame, TaskDetail},
    timeline::SegmentState,
};

/// Whether there is such a task. A detail keeps its signal as long as the same run is shown.
#[derive(Clone, Debug)]
pub enum Known {
    /// Nothing was heard yet.
    Loading,
    /// There is none.
    Nobody,
    /// There is.
    Task(ArcRwSignal<TaskDetail>),
}

/// Handle on all of it; cheap to copy.
#[derive(Clone, Copy)]
pub struct TaskData {
    key: StoredValue<TaskKey>,
    known: RwSignal<Known>,
    log: RwSignal<LogBuffer>,
    run: Memo<Option<u32>>,
    file: Memo<String>,
    at: Memo<Option<u64>>,
    files: RwSignal<Vec<String>>,
    trouble: RwSignal<Option<String>>,
    whole_log: RwSignal<bool>,
    api: StoredValue<Api>,
    /// The run with which the files were listed.
    listed: StoredValue<Option<u32>>,
    /// Parts of the log that are not taken yet.
    waiting: StoredValue<Vec<LogFrame>>,
    /// Runs until the log may change again.
    drawing: OwnedTimer,
    tasks: OwnedTasks,
}

impl TaskData {
    /// Follows a task as the page's address asks: `?run=`, `?log=`, `?at=`.
    pub fn follow(key: TaskKey) -> Self {
        let search = use_location().search;
        let run = Memo::new(move |_| run_number(&search.read()));
        let file = Memo::new(move |_| log_position(&search.read()).0.unwrap_or_else(|| OUTPUT_LOG.to_owned()));
        let at = Memo::new(move |_| log_position(&search.read()).1);
        let data = Self {
            key: StoredValue::new(key.clone()),
            known: RwSignal::new(Known::Loading),
            log: RwSignal::new(LogBuffer::default()),
            run,
            file,
            at,
            files: RwSignal::new(Vec::new()),
            trouble: RwSignal::new(None),
            whole_log: RwSignal::new(false),
            api: StoredValue::new(use_api()),
            listed: StoredValue::new(None),
            waiting: StoredValue::new(Vec::new()),
            drawing: owned_timer(),
            tasks: owned_tasks(),
        };
        let view = Memo::new(move |_| LiveView::Task {
            key: key.clone(),
            run: run.get(),
            log: Some(file.get()),
            whole_log: data.whole_log.get(),
        });
        Effect::new(move |before: Option<()>| {
            file.track();
            run.track();
            data.whole_log.track();
            if before.is_some() {
                data.waiting.set_value(Vec::new());
                data.log.set(LogBuffer::default());
            }
        });
        subscribe(Signal::from(view), move |frame| data.take(frame));
        data.reach_line();
        data
    }

    /// Whether there is such a task.
    pub fn known(&self) -> RwSignal<Known> {
        self.known
    }

    /// Whether the log says that the container ran out of memory.
    pub fn out_of_memory(&self) -> Memo<bool> {
        let (log, whole) = (self.log, self.whole_log);
        // Lines of other runs tell nothing of this one.
        Memo::new(move |_| !whole.get() && log.with(|log| log.lines().iter().rev().any(|line| line.tells_oom())))
    }

    /// What was read of the log.
    pub fn log(&self) -> RwSignal<LogBuffer> {
        self.log
    }

    /// The log file that is read.
    pub fn file(&self) -> Memo<String> {
        self.file
    }

    /// Offset of the line that the address names.
    pub fn at(&self) -> Memo<Option<u64>> {
        self.at
    }

    /// The task's log files.
    pub fn files(&self) -> RwSignal<Vec<String>> {
        self.files
    }

    /// Lines of other runs that share the log file are shown too.
    pub fn whole_log(&self) -> RwSignal<bool> {
        self.whole_log
    }

    /// Why an older part of the log could not be read.
    pub fn trouble(&self) -> RwSignal<Option<String>> {
        self.trouble
    }

    /// A function that puts another run or another log file into the address.
    pub fn navigate(&self) -> impl Fn(Option<u32>, Option<&str>) + Clone + use<> {
        let (go, paths, key) = (use_go(), use_paths(), self.key.get_value());
        move |run, log| go(&format!("{}{}", paths.task(&key), task_query(run, log, None)), Replace::Yes)
    }

    /// The address of a line of the log, by its offset. It names the run: a later one may share the file.
    pub fn link(&self) -> Callback<u64, String> {
        let data = *self;
        Callback::new(move |at| task_query(data.shown_run(), Some(&data.file.read_untracked()), Some(at)))
    }

    /// Number of the run that is shown.
    fn shown_run(&self) -> Option<u32> {
        self.known.with_untracked(|known| match known {
            Known::Task(detail) => Some(detail.with_untracked(|detail| detail.row.run)),
            Known::Loading | Known::Nobody => self.run.get_untracked(),
        })
    }

    /// A function that leads to the line in which the executor told a state; to the log as it is if that was not read.
    pub fn lead_to(&self) -> Callback<SegmentState> {
        let (data, go, path) = (*self, use_go(), use_paths().task(&self.key.get_value()));
        let go = StoredValue::new_local(go);
        Callback::new(move |state| {
            let SegmentState::State(state) = state else { return scroll_to_id("log") };
            let run = data.known.with_untracked(|known| match known {
                Known::Task(detail) => detail.with_untracked(|detail| detail.row.instance_id.clone()),
                Known::Loading | Known::Nobody => None,
            });
            let at = data.log.with_untracked(|log| log.told(&state, run.as_ref()));
            if let Some(at) = at {
                let query = task_query(data.shown_run(), Some(&data.file.read_untracked()), Some(at));
                go.with_value(|go| go(&format!("{path}{query}"), Replace::Yes));
            }
            scroll_to_id("log");
        })
    }

    /// The run that the address asks for.
    pub fn run(&self) -> Memo<Option<u32>> {
        self.run
    }

    fn take(&self, frame: TaskFrame) {
        match frame {
            TaskFrame::Detail(Some(detail)) => self.take_detail(*detail),
            TaskFrame::Detail(None) => self.known.set(Known::Nobody),
            TaskFrame::Log(part) => {
                if part.file == self.file.get_untracked() {
                    self.take_log(part);
                }
            }
        }
    }

    fn take_detail(&self, detail: TaskDetail) {
        // Another run may be on another executor, which has other files.
        if detail.row.executor_id.is_some() && self.listed.get_value() != Some(detail.row.run) {
            self.listed.set_value(Some(detail.row.run));
            self.list_files();
        }
        let same = self.known.with_untracked(|known| match known {
            Known::Task(shown) if shown.with_untracked(|s| s.row.run == detail.row.run) => Some(shown.clone()),
            Known::Task(_) | Known::Nobody | Known::Loading => None,
        });
        match same {
            Some(shown) => {
                if shown.with_untracked(|s| s != &detail) {
                    shown.set(detail);
                }
            }
            None => self.known.set(Known::Task(ArcRwSignal::new(detail))),
        }
    }
}
