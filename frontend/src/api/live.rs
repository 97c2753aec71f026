use super::Api;
use crate::routes::encode_pairs;
use model::{
    TaskKey, Timestamp,
    dashboard::{
        ClusterStatus, ExecutorLive, HistoryPage, HistoryQuery, LiveDelta, LiveNotice, LiveSnapshot, LogFrame,
        OfExecutors, OfTask, OfTasks, TaskDetail, TasksDelta,
    },
};
use serde::de::{DeserializeOwned, IgnoredAny};

/// What a live stream shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveView {
    /// One page of the list of tasks.
    Tasks(Box<HistoryQuery>),
    /// One task.
    Task {
        /// Which.
        key: TaskKey,
        /// Which run of it; the newest if absent.
        run: Option<u32>,
        /// Which log file to follow.
        log: Option<String>,
        /// Lines of other runs that share the file too.
        whole_log: bool,
    },
    /// All executors.
    Executors,
}

/// Names of the frames of a live stream.
pub const FRAME_NAMES: &[&str] = &["snapshot", "delta", "log", "notice"];

impl Api {
    /// Address of a live stream, from the beginning or from after the frame with the opaque ID `since`.
    pub fn live(&self, view: &LiveView, since: Option<&str>) -> String {
        let mut pairs = match view {
            LiveView::Tasks(query) => {
                let mut pairs = vec![("view", "tasks".to_owned())];
                pairs.extend(query.to_pairs());
                pairs
            }
            LiveView::Task { key, run, log, whole_log } => {
                let mut pairs = vec![("view", "task".to_owned()), ("key", key.to_string())];
                pairs.extend(run.map(|run| ("run", run.to_string())));
                pairs.extend(log.clone().map(|log| ("log", log)));
                pairs.extend(whole_log.then(|| ("whole", String::new())));
                pairs
            }
            LiveView::Executors => vec![("view", "executors".to_owned())],
        };
        pairs.extend(since.filter(|id| !id.is_empty()).map(|id| ("since", id.to_owned())));
        self.own(&format!("live{}", encode_pairs(&pairs)), &[])
    }
}

/// What every frame but those of a log tells beside its content.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameHead {
    /// The server's time.
    pub now: Timestamp,
    /// Status of the cluster, if the frame has it.
    pub cluster: Option<ClusterStatus>,
}

/// A frame with content: its head, unless it is of a log, and what it says.
type Read<F> = Result<(Option<FrameHead>, F), serde_json::Error>;

/// Frames of one view. Each page reads its own only: reading is most of what such a type costs the page.
pub trait ViewFrame: Sized + 'static {
    /// Reads the frame called `name`, one of [`FRAME_NAMES`] but for `notice`.
    ///
    /// # Errors
    /// When `data` is not such a frame.
    fn read(name: &str, data: &str) -> Read<Self>;
}

/// Frames of a list of tasks.
pub enum TasksFrame {
    /// The whole page.
    Page(Box<HistoryPage>),
    /// What changed.
    Delta(TasksDelta),
}

/// Frames of one task.
pub enum TaskFrame {
    /// The task, or nothing if there is none (yet).
    Detail(Option<Box<TaskDetail>>),
    /// New lines of the log.
    Log(LogFrame),
}

/// Frames of the executors.
pub enum ExecutorsFrame {
    /// All of them.
    All(Vec<ExecutorLive>),
    /// Those that changed.
    Changed(Vec<ExecutorLive>),
}

/// Frames of a page that needs nothing but the cluster's status.
pub struct NoFrame;

impl ViewFrame for TasksFrame {
    fn read(name: &str, data: &str) -> Read<Self> {
        match name {
            "snapshot" => snapshot(data, |view: OfTasks<_>| Self::Page(view.tasks)),
            _ => delta(data, |view: OfTasks<_>| Self::Delta(view.tasks)),
        }
    }
}

impl ViewFrame for TaskFrame {
    fn read(name: &str, data: &str) -> Read<Self> {
        match name {
            "snapshot" => snapshot(data, |view: OfTask<_>| Self::Detail(view.task)),
            "delta" => delta(data, |view: OfTask<_>| Self::Detail(Some(view.task))),
            _ => serde_json::from_str(data).map(|log| (None, Self::Log(log))),
        }
    }
}

impl ViewFrame for ExecutorsFrame {
    fn read(name: &str, data: &str) -> Read<Self> {
        match name {
            "snapshot" => snapshot(data, |view: OfExecutors<_>| Self::All(view.executors)),
            _ => delta(data, |view: OfExecutors<_>| Self::Changed(view.executors)),
        }
    }
}

impl ViewFrame for NoFrame {
    fn read(name: &str, data: &str) -> Read<Self> {
        match name {
            "snapshot" => snapshot(data, |_: IgnoredAny| Self),
            _ => delta(data, |_: IgnoredAny| Self),
        }
    }
}

fn snapshot<V: DeserializeOwned, F>(data: &str, content: impl FnOnce(V) -> F) -> Read<F> {
    let LiveSnapshot { now, cluster, view, .. } = serde_json::from_str(data)?;
    Ok((Some(FrameHead { now, cluster: Some(cluster) }), content(view)))
}

fn delta<V: DeserializeOwned, F>(data: &str, content: impl FnOnce(V) -> F) -> Read<F> {
    let LiveDelta { now, view, .. } = serde_json::from_str(data)?;
    Ok((Some(FrameHead { now, cluster: None }), content(view)))
}

/// Reads a frame without content.
///
/// # Errors
/// When `data` is not such a frame.
pub fn read_notice(data: &str) -> Result<FrameHead, serde_json::Error> {
    let LiveNotice { now, cluster } = serde_json::from_str(data)?;
    Ok(FrameHead { now, cluster: Some(cluster) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use model::dashboard::{ViewDelta, ViewSnapshot};

    #[test]
    fn each_view_reads_what_the_server_writes_for_it() {
        let now = Timestamp(9);
        let delta = |view| serde_json::to_string(&LiveDelta { revision: 7, now, view }).unwrap();
        let head = Some(FrameHead { now, cluster: None });
        let changes = TasksDelta { new_matches: vec![TaskKey::new("A", "B")], ..TasksDelta::default() };
        let text = delta(ViewDelta::Tasks(changes.clone()));
        let (read, frame) = TasksFrame::read("delta", &text).unwrap();
        assert!(matches!(frame, TasksFrame::Delta(read) if read == changes));
        assert_eq!(read, head);
        let (read, frame) = ExecutorsFrame::read("delta", &delta(ViewDelta::Executors(Vec::new()))).unwrap();
        assert!(matches!(frame, ExecutorsFrame::Changed(changed) if changed.is_empty()));
        assert_eq!(read, head);
        assert_eq!(NoFrame::read("delta", &text).unwrap().0, head);
        assert!(TaskFrame::read("delta", &text).is_err(), "of another view");

        let cluster = ClusterStatus::default();
        let snapshot = LiveSnapshot { revision: 7, now, cluster: cluster.clone(), view: ViewSnapshot::Task(None) };
        let (head, frame) = TaskFrame::read("snapshot", &serde_json::to_string(&snapshot).unwrap()).unwrap();
        assert!(matches!(frame, TaskFrame::Detail(None)));
        assert_eq!(head, Some(FrameHead { now, cluster: Some(cluster) }));
    }
}
