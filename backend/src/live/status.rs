use super::frame::Frame;
use crate::{
    clock::Clock,
    ledger::{Ledger, LedgerError},
    watcher::ClusterPicture,
};
use model::{
    Timestamp,
    dashboard::{ClusterStatus, LiveFrame, LiveNotice},
};
use std::sync::Arc;
use tokio::sync::watch;
use tracing::Instrument;

/// The cluster's status, and the time that every frame carries. Needs no database.
#[derive(Clone)]
pub(super) struct StatusSource {
    picture: watch::Receiver<Arc<ClusterPicture>>,
    trouble: watch::Receiver<Option<LedgerError>>,
    clock: Clock,
    clock_changes: watch::Sender<()>,
    notices: watch::Sender<Arc<Frame>>,
}

impl StatusSource {
    /// Starts to render a notice whenever the status changes, until the watcher ends.
    pub fn start(picture: watch::Receiver<Arc<ClusterPicture>>, ledger: &Ledger, clock: Clock) -> Self {
        let (trouble, clock_changes, notices) = (ledger.trouble(), watch::Sender::new(()), watch::Sender::default());
        let source = Self { picture, trouble, clock, clock_changes, notices };
        tokio::spawn(source.clone().render().in_current_span());
        source
    }

    async fn render(mut self) {
        let mut clock = self.clock_changes();
        let mut shown = self.read();
        loop {
            let is_clock_changed = tokio::select! {
                picture = self.picture.changed() => match picture {
                    Ok(()) => false,
                    Err(_) => return,
                },
                // The hub holds the other end of this one, and its ledger that of the next.
                Ok(()) = clock.changed() => true,
                Ok(()) = self.trouble.changed() => false,
            };
            let status = self.read();
            if is_clock_changed || status != shown {
                shown = status;
                self.notices.send_replace(Arc::new(self.notice(0)));
            }
        }
    }

    /// The time of the cluster.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The status at this moment. Whether the clock stands, and whether the ledger can be written, is known here first.
    pub fn read(&self) -> ClusterStatus {
        let status = self.picture.borrow().status.clone();
        let not_recording = self.trouble.borrow().as_ref().map(ToString::to_string);
        ClusterStatus { clock_paused: self.clock.paused(), clock_step: self.clock.step(), not_recording, ..status }
    }

    /// What the watcher last saw of the cluster.
    pub fn picture(&self) -> watch::Receiver<Arc<ClusterPicture>> {
        self.picture.clone()
    }

    /// Notices from now on, one for each change of the status.
    pub fn notices(&self) -> watch::Receiver<Arc<Frame>> {
        self.notices.subscribe()
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
