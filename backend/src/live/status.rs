use super::frame::Frame;
use crate::{clock::Clock, watcher::ClusterPicture};
use model::{
    Timestamp,
    dashboard::{ClusterStatus, LiveFrame, LiveNotice},
};
use std::sync::Arc;
use tokio::sync::watch;

/// The cluster's status, and the time that every frame carries.
#[derive(Clone)]
pub(super) struct StatusSource {
    picture: watch::Receiver<Arc<ClusterPicture>>,
    clock: Clock,
    clock_changes: watch::Sender<()>,
}

impl StatusSource {
    pub fn new(picture: watch::Receiver<Arc<ClusterPicture>>, clock: Clock) -> Self {
        Self { picture, clock, clock_changes: watch::Sender::new(()) }
    }

    /// The time of the cluster.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The status at this moment; a clock that stands is seen here first.
    pub fn read(&self) -> ClusterStatus {
        let status = self.picture.borrow().status.clone();
        ClusterStatus { clock_paused: self.clock.paused(), ..status }
    }

    /// What the watcher last saw of the cluster.
    pub fn picture(&self) -> watch::Receiver<Arc<ClusterPicture>> {
        self.picture.clone()
    }

    /// Ticks when somebody changed the clock.
    pub fn clock_changes(&self) -> watch::Receiver<()> {
        self.clock_changes.subscribe()
    }

    /// Somebody changed the clock.
    pub fn clock_changed(&self) {
        self.clock_changes.send_replace(());
    }

    /// The status as a frame, for readers at `revision`.
    pub fn notice(&self, revision: u64) -> Frame {
        let now = self.now();
        Frame::new(&LiveFrame::Notice(LiveNotice { now, cluster: self.read() }), revision)
    }
}
