//! What the replica that watches shows the others, and what they make of it.

use super::{ClusterPicture, status::Status, worker::LONGEST_SILENCE};
use model::{ExecutorId, ExecutorNodeData, Timestamp, dashboard::Stale, fit::ExecutorView};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::time::Instant;

/// What changed is shown others so often, but a change of the status at once.
const SHARED_EVERY: Duration = Duration::from_secs(1);
/// Others are told so often that there is nothing new.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// As it stands in the ledger.
#[derive(Serialize, Deserialize)]
struct Shared<'a> {
    /// When it was shown.
    at: Timestamp,
    #[serde(borrow = "'a")]
    picture: std::borrow::Cow<'a, ClusterPicture>,
}

/// What was last shown to others.
#[derive(Default)]
pub struct Showing(Option<(Instant, Arc<ClusterPicture>)>);

impl Showing {
    /// What others are to be shown at `now`, if it is time.
    pub fn next(&mut self, picture: &Arc<ClusterPicture>, now: Timestamp) -> Option<String> {
        if let Some((at, shown)) = &self.0 {
            let wait = match () {
                () if shown.status != picture.status => Duration::ZERO,
                () if !picture.looks_like(shown) => SHARED_EVERY,
                () => HEARTBEAT,
            };
            if at.elapsed() < wait {
                return None;
            }
        }
        self.0 = Some((Instant::now(), picture.clone()));
        let shared = Shared { at: now, picture: std::borrow::Cow::Borrowed(picture) };
        serde_json::to_string(&shared).inspect_err(|error| tracing::error!(%error, "a picture cannot be written")).ok()
    }
}

/// The cluster as another replica sees it.
pub struct Seen {
    shown: ClusterPicture,
    /// Read here, on users' behalf, and newer than what is shown.
    details: BTreeMap<ExecutorId, ExecutorNodeData>,
    /// It was shown a moment ago.
    pub is_fresh: bool,
}

impl Seen {
    /// Reads what a replica has shown; `before` is what was seen until then.
    pub fn read(shared: &str, now: Timestamp, before: Option<Self>) -> serde_json::Result<Self> {
        let Shared { at, picture } = serde_json::from_str(shared)?;
        let mut shown = picture.into_owned();
        let is_fresh = now.since(at) < LONGEST_SILENCE;
        if !is_fresh {
            let reason = "no replica of the dashboard has shown it since".to_owned();
            shown.status.stale.get_or_insert(Stale { since: at, reason, partial: false });
        }
        let details = before.map(|before| before.details).unwrap_or_default();
        let mut this = Self { shown, details: BTreeMap::new(), is_fresh };
        this.take(details);
        Ok(this)
    }

    /// Takes in details that were read here.
    pub fn take(&mut self, details: impl IntoIterator<Item = (ExecutorId, ExecutorNodeData)>) {
        self.details.extend(details);
        let shown = &self.shown.executors;
        self.details.retain(|id, data| {
            let executor = shown.iter().find(|executor| executor.summary.executor_id == *id);
            let known = executor.map(|executor| executor.detail.as_ref().map(|detail| detail.updated));
            known.is_some_and(|known| known < Some(data.updated))
        });
    }

    /// What pages are shown. Who leads, `status` may know better: it has heard of that here.
    pub fn picture(&self, status: &Status) -> ClusterPicture {
        let mut picture = self.shown.clone();
        status.put_right(&mut picture.status);
        for executor in &mut picture.executors {
            if let Some(data) = self.details.get(&executor.summary.executor_id) {
                executor.detail = Some(data.clone());
            }
        }
        for view in &mut picture.view.executors {
            if let Some(data) = self.details.get(&view.executor_id) {
                *view = ExecutorView::of(data);
            }
        }
        picture
    }
}
