//! One page: the frames of its view, the lines of its log, and a sign of life when there is nothing to say.

use super::{
    Hub,
    frame::Frame,
    log_follower::LogReader,
    query::{LiveQuery, Position, View},
    subscription::Joined,
};
use crate::drove_client::DroveClient;
use async_stream::stream;
use axum::body::Bytes;
use futures_util::{Stream, StreamExt};
use model::dashboard::{LiveFrame, LogFrame};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::{sync::watch, time::Instant};

/// A notice is sent when nothing else was for this long. A page treats twice this silence as a dead connection.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// A view that is not read after this long does not hold up the status.
const LATE_VIEW: Duration = Duration::from_secs(1);
/// Pause after a view could not be read.
const JOIN_AGAIN: Duration = Duration::from_secs(1);
/// How long a page waits before it comes back, in milliseconds.
const HELLO: &str = "retry: 1000\n\n";

/// How many there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Readers(Arc<()>);

impl Readers {
    /// One more, until what is returned is dropped.
    fn enter(&self) -> Readers {
        self.clone()
    }

    pub fn count(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }
}

/// The server-sent events of one page, until it leaves, may not stay (`over`), or the process stops. The cluster's status
/// does not wait for the view, which is read from the ledger.
pub(super) fn stream(
    hub: Hub,
    query: LiveQuery,
    since: Option<Position>,
    client: DroveClient,
    over: impl Future<Output = ()> + Send,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    stream! {
        let _counted = hub.shared.readers.enter();
        let mut over = std::pin::pin!(over);
        let mut stopping = hub.shared.stopping.clone();
        let status = hub.shared.source.status.clone();
        let mut notices = status.notices();
        let mut view = std::pin::pin!(view_frames(hub.clone(), query.view.clone(), since));
        let mut log = None;
        let mut at = since;
        let mut is_noticed = false;
        let mut notice_at = Instant::now() + LATE_VIEW;
        yield Ok(Bytes::from_static(HELLO.as_bytes()));
        loop {
            let frame = tokio::select! {
                biased;
                () = stopped(&mut stopping) => return,
                () = over.as_mut() => return,
                Some((frame, is_first)) = view.next() => {
                    let (revision, offset) = at.map_or((0, None), |at| (at.revision, at.log));
                    let revision = if is_first { frame.revision } else { revision.max(frame.revision) };
                    at = Some(Position { revision, log: offset });
                    log.get_or_insert_with(|| LogReader::open(&hub.shared.followers, &query, offset, client.clone()));
                    if is_first && std::mem::take(&mut is_noticed) {
                        // It may show an older status than the last notice.
                        notices.mark_changed();
                    }
                    frame
                }
                // The sender is part of the hub. The view comes first, unless it is late.
                Ok(()) = notices.changed(), if at.is_some() || is_noticed => {
                    is_noticed = true;
                    notices.borrow_and_update().clone()
                }
                content = next_of(&mut log) => {
                    let frame = Frame::new(&LiveFrame::Log(content), 0);
                    at = at.map(|at| Position { log: frame.log_to.or(at.log), ..at });
                    frame.into()
                }
                () = tokio::time::sleep_until(notice_at) => {
                    is_noticed = true;
                    status.notice(0).into()
                }
            };
            yield Ok(frame.event(at));
            notice_at = Instant::now() + HEARTBEAT;
        }
    }
}

/// The frames of a view; each that begins a subscription is marked. Goes on while the ledger cannot be read.
fn view_frames(hub: Hub, view: View, mut since: Option<Position>) -> impl Stream<Item = (Arc<Frame>, bool)> + Send {
    stream! {
        loop {
            let Some(Joined { first, mut frames }) = hub.join(&view, since).await else {
                tokio::time::sleep(JOIN_AGAIN).await;
                continue;
            };
            since = None;
            yield (first, true);
            // Ends when the reader is too slow, or when all readers are to start afresh.
            while let Ok(frame) = frames.recv().await {
                yield (frame, false);
            }
        }
    }
}

async fn next_of(log: &mut Option<LogReader>) -> LogFrame {
    match log {
        Some(log) => log.next().await,
        None => std::future::pending().await,
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // Whoever would tell is gone: the process is ending.
    drop(stopping.wait_for(|stopping| *stopping).await);
}
