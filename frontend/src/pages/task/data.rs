//! What the live stream tells of a task: the run, and its log.

use crate::{
    api::{Api, LiveView, TaskFrame, use_api},
    browser::{OwnedTasks, owned_tasks, scroll_to_id},
    components::LogBuffer,
    routes::{Replace, log_position, run_number, task_query, use_go, use_paths},
    state::subscribe,
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::{OUTPUT_LOG, TaskKey, dashboard::TaskDetail, timeline::SegmentState};

/// Bytes read at once of what lies before: the most that the server gives.
const PART: u64 = 64 * 1_024;
/// Bytes read before a line that a link leads to, and most bytes read to come to it.
const MARGIN: u64 = 8 * 1_024;
const MOST: u64 = 1_024 * 1_024;

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
            let at = data.log.with_untracked(|log| log.told(&state));
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

    /// A function that reads the part of the log before what was read.
    pub fn earlier(&self) -> Callback<()> {
        let data = *self;
        Callback::new(move |()| data.read_from(data.log.with_untracked(LogBuffer::start).saturating_sub(PART)))
    }

    /// Reads what lies before the line that the address names, once something was read.
    fn reach_line(&self) {
        let data = *self;
        let missing = Memo::new(move |_| {
            let at = data.at.get()?;
            data.log.with(|log| (log.heard() && log.start() > at).then_some(at))
        });
        Effect::new(move |_| {
            if let Some(at) = missing.get() {
                data.read_from(at.saturating_sub(MARGIN));
            }
        });
        // A link may lead to a line of another run.
        let is_elsewhere =
            Memo::new(move |_| data.at.get().is_some_and(|at| data.log.with(|log| log.heard() && !log.part().has(at))));
        Effect::new(move |_| {
            if is_elsewhere.get() {
                data.whole_log.set(true);
            }
        });
    }

    /// Reads the log from `from` to the beginning of what was read, at most [`MOST`] bytes, and none of other runs.
    fn read_from(&self, from: u64) {
        let data = *self;
        let (start, part) = data.log.with_untracked(|log| (log.start(), log.part()));
        let from = from.max(part.from);
        if from >= start {
            return;
        }
        if start - from > MOST {
            data.trouble.set(Some("That line lies too far back to be read here. Download has all of them.".into()));
            return;
        }
        let (key, file) = (data.key.get_value(), data.file.get_untracked());
        data.tasks.spawn(async move {
            let mut start = start;
            while start > from {
                let begin = start.saturating_sub(PART).max(from);
                let part = match data.api.get_value().log_part(&key, &file, begin, start - begin).await {
                    Ok(part) => part,
                    Err(error) => {
                        data.trouble.set(Some(error.to_string()));
                        return;
                    }
                };
                let moved = data.log.try_update(|log| {
                    log.take_before(&part);
                    log.start()
                });
                // A part without a whole line moves nothing.
                match moved {
                    Some(now) if now < start => start = now,
                    Some(_) | None => return,
                }
            }
            data.trouble.set(None);
        });
    }

    /// Logs lie on the executor, so there is nothing to ask before there is one.
    fn list_files(&self) {
        let (api, key, files) = (self.api.get_value(), self.key.get_value(), self.files);
        self.tasks.spawn(async move {
            // Without a list the file in the address is the only choice.
            if let Ok(list) = api.log_files(&key).await {
                files.set(list.files);
            }
        });
    }

    fn take(&self, frame: TaskFrame) {
        match frame {
            TaskFrame::Detail(Some(detail)) => self.take_detail(*detail),
            TaskFrame::Detail(None) => self.known.set(Known::Nobody),
            TaskFrame::Log(part) => {
                if part.file == self.file.get_untracked() {
                    self.log.update(|log| log.take(part));
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
