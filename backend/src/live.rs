//! Live push to the pages: one subscription per view, shared by its readers.
//!
//! ```text
//! ledger --changes--> feed --rows--> subscription (one a view) --frames---> reader (one a page) --> socket
//! watcher's picture ---------------> status source (one a hub) --notices--> reader
//! ```
//! The feed reads what changed once, whatever the number of pages. A subscription keeps what its view shows, and renders
//! each frame once. A reader that does not keep up misses frames, and gets a fresh snapshot instead: nothing is buffered
//! for it beyond a fixed number of frames. Facts come from the ledger; the cluster's status comes from the watcher's picture
//! and waits for no database, so a page without a ledger still shows who leads and what is wrong.

mod executors_view;
mod feed;
mod frame;
mod log_follower;
pub mod log_part;
pub mod log_range;
mod pace;
mod query;
mod reader;
mod status;
mod subscription;
mod task_view;
mod tasks_view;

pub use query::{LiveQuery, Position, View};

use crate::{clock::Clock, drove_client::DroveClient, ledger::Ledger, watcher::ClusterPicture};
use axum::body::Bytes;
use feed::Feed;
use futures_util::Stream;
use log_follower::LogFollowers;
use reader::Readers;
use status::StatusSource;
use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
};
use subscription::{Joined, Subscription};
use tokio::sync::watch;

/// The hub of one cluster. Clones share it.
#[derive(Clone)]
pub struct Hub {
    shared: Arc<Shared>,
}

struct Shared {
    source: Source,
    subscriptions: Mutex<BTreeMap<String, Subscription>>,
    followers: LogFollowers,
    stopping: watch::Receiver<bool>,
    readers: Readers,
}

/// What views are made of. Cheap to clone.
#[derive(Clone)]
struct Source {
    ledger: Ledger,
    feed: Feed,
    status: StatusSource,
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hub")
    }
}

impl Hub {
    /// Starts the hub. `watcher_client` reads the logs that are followed; each follower proves its own right to do so.
    pub fn start(
        ledger: Ledger,
        picture: watch::Receiver<Arc<ClusterPicture>>,
        clock: Clock,
        watcher_client: DroveClient,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        let status = StatusSource::start(picture, &ledger, clock);
        let feed = Feed::start(ledger.clone());
        let followers = LogFollowers::new(watcher_client, ledger.clone());
        let shared = Shared {
            source: Source { ledger, feed, status },
            subscriptions: Mutex::new(BTreeMap::new()),
            followers,
            stopping,
            readers: Readers::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Opens a stream of server-sent events, until `over` returns. `client` acts for the reader: it must be able to read the
    /// log it follows.
    pub fn open<O: Future<Output = ()> + Send>(
        &self,
        query: LiveQuery,
        since: Option<Position>,
        client: DroveClient,
        over: O,
    ) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + use<O> {
        reader::stream(self.clone(), query, since, client, over)
    }

    /// Tells every page the time: it was changed.
    pub fn clock_changed(&self) {
        self.shared.source.status.clock_changed();
    }

    /// Streams that are open.
    pub fn readers(&self) -> usize {
        self.shared.readers.count()
    }

    /// The cluster's status at this moment.
    pub fn status(&self) -> model::dashboard::ClusterStatus {
        self.shared.source.status.read()
    }

    /// Joins the subscription of a view, which is begun if nobody reads it yet. Nothing if the ledger cannot be read.
    async fn join(&self, view: &View, since: Option<Position>) -> Option<Joined> {
        // A subscription ends when it has had no readers for a while; then the next round begins another.
        for _ in 0..3 {
            let subscription = {
                let mut all = self.shared.subscriptions.lock().unwrap_or_else(PoisonError::into_inner);
                all.retain(|_, subscription| !subscription.has_ended());
                let begin = || Subscription::begin(view.clone(), self.shared.source.clone());
                all.entry(view.identity()).or_insert_with(begin).clone()
            };
            if let Some(joined) = subscription.join(since).await {
                return Some(joined);
            }
        }
        None
    }
}
