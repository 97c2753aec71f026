use super::Api;
use crate::routes::encode_pairs;
use model::{
    TaskKey,
    dashboard::{HistoryQuery, LiveFrame},
};

/// What a live stream shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveView {
    /// One page of the list of tasks.
    Tasks(HistoryQuery),
    /// One task.
    Task {
        /// Which.
        key: TaskKey,
        /// Which run of it; the newest if absent.
        run: Option<u32>,
        /// Which log file to follow.
        log: Option<String>,
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
            LiveView::Task { key, run, log } => {
                let mut pairs = vec![("view", "task".to_owned()), ("key", key.to_string())];
                pairs.extend(run.map(|run| ("run", run.to_string())));
                pairs.extend(log.clone().map(|log| ("log", log)));
                pairs
            }
            LiveView::Executors => vec![("view", "executors".to_owned())],
        };
        pairs.extend(since.filter(|id| !id.is_empty()).map(|id| ("since", id.to_owned())));
        self.own(&format!("live{}", encode_pairs(&pairs)), &[])
    }
}

/// Reads a frame; the error says what is wrong with it.
pub fn read_frame(name: &str, data: &str) -> Result<LiveFrame, String> {
    let frame = match name {
        "snapshot" => serde_json::from_str(data).map(|s| LiveFrame::Snapshot(Box::new(s))),
        "delta" => serde_json::from_str(data).map(|d| LiveFrame::Delta(Box::new(d))),
        "log" => serde_json::from_str(data).map(LiveFrame::Log),
        "notice" => serde_json::from_str(data).map(LiveFrame::Notice),
        other => return Err(format!("no frame is called {other}")),
    };
    frame.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use model::{Timestamp, dashboard::LiveDelta};

    #[test]
    fn frames_are_read_by_name() {
        let delta = LiveDelta { revision: 7, now: Timestamp(9), ..LiveDelta::default() };
        let text = serde_json::to_string(&delta).unwrap();
        assert_eq!(read_frame("delta", &text), Ok(LiveFrame::Delta(Box::new(delta))));
        assert!(read_frame("delta", "{").is_err());
        assert!(read_frame("rumour", &text).is_err());
    }
}
