//! One page: the frames of its view, the lines of its log, and a sign of life when there is nothing to say.

use super::{
    Hub,
    frame::Frame,
    log_follower::LogReader,
    query::{LiveQuery, Position},
    subscription::Joined,
};
use crate::drove_client::DroveClient;
use async_stream::stream;
use axum::body::Bytes;
use futures_util::Stream;
use model::dashboard::LiveFrame;
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::{
    sync::{broadcast::error::RecvError, watch},
    time::Instant,
};

/// A notice is sent when nothing else was for this long. A page treats twice this silence as a dead connection.
const HEARTBEAT: Duration = Duration::from_secs(5);
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

/// The server-sent events of one page, until it leaves, may not stay (`over`), or the process stops.
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
        let Some(Joined { first, mut frames }) = hub.join(&query.view, since).await else { return };
        let mut at = Position { revision: first.revision, log: since.and_then(|since| since.log) };
        let mut log = LogReader::open(&hub.shared.followers, &query, at.log, client);
        yield Ok(Bytes::from_static(HELLO.as_bytes()));
        yield Ok(sent(&mut at, &first));
        let mut quiet_since = Instant::now();
        loop {
            let frame = tokio::select! {
                () = stopped(&mut stopping) => return,
                () = over.as_mut() => return,
                frame = frames.recv() => match frame {
                    Ok(frame) => frame,
                    // Too slow, or told to start afresh.
                    Err(RecvError::Lagged(_) | RecvError::Closed) => {
                        let Some(joined) = hub.join(&query.view, None).await else { return };
                        frames = joined.frames;
                        joined.first
                    }
                },
                content = log.next() => {
                    Frame::new(&LiveFrame::Log(content), at.revision).into()
                }
                () = tokio::time::sleep_until(quiet_since + HEARTBEAT) => {
                    hub.shared.source.status.notice(at.revision).into()
                }
            };
            yield Ok(sent(&mut at, &frame));
            quiet_since = Instant::now();
        }
    }
}

/// Moves the reader on, and renders the event.
fn sent(at: &mut Position, frame: &Frame) -> Bytes {
    at.revision = at.revision.max(frame.revision);
    at.log = frame.log_to.or(at.log);
    frame.event(at)
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // Whoever would tell is gone: the process is ending.
    drop(stopping.wait_for(|stopping| *stopping).await);
}
