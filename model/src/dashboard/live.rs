use super::{ClusterStatus, Counts, HistoryPage, LogFrame, TaskDetail, TaskRow};
use crate::{ExecutorNodeData, ExecutorSummary, TaskKey, Timestamp};
use serde::{Deserialize, Serialize};

/// One server-sent event of `GET /api/live`. The `event:` field is the variant's name in camelCase (`snapshot`, `delta`,
/// `log`, `notice`), `id:` is the revision, and `data:` is the variant's content as JSON.
#[derive(Clone, Debug, PartialEq)]
pub enum LiveFrame {
    /// Replaces everything shown.
    Snapshot(Box<LiveSnapshot>),
    /// What changed since the last frame.
    Delta(Box<LiveDelta>),
    /// New lines of the log that is followed.
    Log(LogFrame),
    /// The cluster's status changed.
    Notice(LiveNotice),
}

/// The whole of one view. A reader that knows which view it asked for names its content alone ([`OfTasks`], [`OfTask`],
/// [`OfExecutors`]), so that it carries no code for the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LiveSnapshot<V = ViewSnapshot> {
    /// The ledger's revision; later frames follow from it, and a reconnect resumes from it (`Last-Event-ID`).
    pub revision: u64,
    /// The server's time: ages are computed from it, never from the page's own clock.
    pub now: Timestamp,
    /// Status of the cluster.
    pub cluster: ClusterStatus,
    /// The view's content.
    pub view: V,
}

/// Content by view. The tag stands outside: serde would buffer a value with the tag inside, which costs the page a second
/// copy of every reader.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum ViewSnapshot {
    /// `view=tasks`: one page of the list.
    Tasks(Box<HistoryPage>),
    /// `view=task`: one task, or nothing if the key is not known (yet).
    Task(Option<Box<TaskDetail>>),
    /// `view=executors`.
    Executors(Vec<ExecutorLive>),
}

/// One executor as last seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExecutorLive {
    /// From the list.
    pub summary: ExecutorSummary,
    /// From its detail, once read; `updated` tells its age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<ExecutorNodeData>,
}

/// What changed in one view; `V` as for [`LiveSnapshot`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LiveDelta<V = ViewDelta> {
    /// The ledger's revision after this frame.
    pub revision: u64,
    /// The server's time.
    pub now: Timestamp,
    /// The changes.
    pub view: V,
}

/// Changes by view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum ViewDelta {
    /// `view=tasks`.
    Tasks(TasksDelta),
    /// `view=task`: the task, whole.
    Task(Box<TaskDetail>),
    /// `view=executors`: those that changed, whole.
    Executors(Vec<ExecutorLive>),
}

/// Changes of a list. Absent parts did not change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TasksDelta {
    /// Rows of the shown page that changed, whether or not they still match the filters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<TaskRow>,
    /// Keys that match the query now, are not on the page, and came after the snapshot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_matches: Vec<TaskKey>,
    /// Filtered counts, at most once a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
}

/// Content of `view=tasks`, alone.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct OfTasks<T> {
    /// The content.
    pub tasks: T,
}

/// Content of `view=task`, alone.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct OfTask<T> {
    /// The content.
    pub task: T,
}

/// Content of `view=executors`, alone.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct OfExecutors<T> {
    /// The content.
    pub executors: T,
}

/// The cluster's status changed, or a heartbeat (sent when nothing else was for 15 s).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveNotice {
    /// The server's time.
    pub now: Timestamp,
    /// Status of the cluster.
    pub cluster: ClusterStatus,
}
