use super::query::Position;
use axum::body::Bytes;
use model::dashboard::LiveFrame;

/// A frame, rendered once for all its readers.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    event: &'static str,
    data: String,
    /// The revision its readers are at afterwards.
    pub revision: u64,
    /// For log frames: the offset after its last byte.
    pub log_to: Option<u64>,
}

impl Frame {
    /// Renders `frame`, after which its readers are at `revision`.
    pub fn new(frame: &LiveFrame, revision: u64) -> Self {
        let mut log_to = None;
        let (event, data) = match frame {
            LiveFrame::Snapshot(content) => ("snapshot", serde_json::to_string(content)),
            LiveFrame::Delta(content) => ("delta", serde_json::to_string(content)),
            LiveFrame::Log(content) => {
                log_to = Some(content.to);
                ("log", serde_json::to_string(content))
            }
            LiveFrame::Notice(content) => ("notice", serde_json::to_string(content)),
        };
        // All four are structs with text keys, which always have a JSON form.
        Self { event, data: data.unwrap_or_default(), revision, log_to }
    }

    /// The server-sent event for a reader that is at `position` afterwards; without an id while it has no position.
    pub fn event(&self, position: Option<Position>) -> Bytes {
        let id = position.map(|position| format!("id: {position}\n")).unwrap_or_default();
        Bytes::from(format!("event: {}\n{id}data: {}\n\n", self.event, self.data))
    }
}
