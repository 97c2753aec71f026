//! The live stream: one per page, and what its state means for the reader.

mod backoff;
mod silence;
mod subscription;

pub use subscription::{Subscription, subscribe};

use super::use_clock;
use leptos::prelude::*;
use model::{
    Timestamp,
    dashboard::{ClusterStatus, Stale},
};
use std::time::Duration;

/// A connection that was lost for longer is called stale.
const PATIENCE: Duration = Duration::from_secs(5);

/// How the connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// No answer yet.
    Connecting,
    /// Frames come.
    Open,
    /// Lost; the last frame came at `since`.
    Lost { since: Timestamp },
}

/// What a reader is told about the age of what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// As it is now.
    Live,
    /// Being connected.
    Connecting,
    /// Lost a moment ago, being connected again.
    Reconnecting,
    /// Old: nothing was heard since then.
    Stale {
        /// Time of the last good data.
        since: Timestamp,
        /// Only other data is stale; task updates still arrive.
        partial: bool,
    },
}

/// State of the live stream, for every view.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    link: RwSignal<Link>,
    cluster: RwSignal<Option<ClusterStatus>>,
    crowded: RwSignal<bool>,
}

/// Provides the state of the live stream.
pub fn provide_live() {
    provide_context(Live {
        link: RwSignal::new(Link::Connecting),
        cluster: RwSignal::new(None),
        crowded: RwSignal::new(false),
    });
}

/// State of the live stream.
pub fn use_live() -> Live {
    expect_context()
}

impl Live {
    /// Status of the cluster, as last heard.
    pub fn cluster(&self) -> ReadSignal<Option<ClusterStatus>> {
        self.cluster.read_only()
    }

    /// Whether the windows of this dashboard use up the connections that the browser opens to the server. Tracked.
    pub fn is_crowded(&self) -> bool {
        self.crowded.get()
    }

    /// Age of what is shown; follows the clock while the connection is lost.
    pub fn freshness(&self) -> Memo<Freshness> {
        let Self { link, cluster, .. } = *self;
        let clock = use_clock();
        Memo::new(move |_| {
            let now = || clock.now();
            let old = || cluster.with(|c| c.as_ref().and_then(|c| c.stale.as_ref().map(Freshness::of)));
            freshness(link.get(), old, now)
        })
    }
}

impl Freshness {
    fn of(stale: &Stale) -> Self {
        Freshness::Stale { since: stale.since, partial: stale.partial }
    }

    /// Whether the tasks shown may be out of date.
    pub fn tasks_are_old(self) -> bool {
        matches!(self, Freshness::Stale { partial: false, .. })
    }
}

fn freshness(link: Link, old: impl FnOnce() -> Option<Freshness>, now: impl FnOnce() -> Timestamp) -> Freshness {
    match link {
        Link::Connecting => Freshness::Connecting,
        Link::Open => old().unwrap_or(Freshness::Live),
        Link::Lost { since } if now().since(since) < PATIENCE => Freshness::Reconnecting,
        Link::Lost { since } => Freshness::Stale { since, partial: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_loss_is_not_called_stale() {
        let lost = Link::Lost { since: Timestamp(1_000) };
        assert_eq!(freshness(lost, || None, || Timestamp(2_000)), Freshness::Reconnecting);
        assert_eq!(
            freshness(lost, || None, || Timestamp(9_000)),
            Freshness::Stale { since: Timestamp(1_000), partial: false }
        );
    }

    #[test]
    fn a_cluster_that_does_not_answer_makes_an_open_stream_stale() {
        let old = Freshness::Stale { since: Timestamp(7), partial: false };
        assert_eq!(freshness(Link::Open, || Some(old), Timestamp::default), old);
        assert!(old.tasks_are_old());
        assert_eq!(freshness(Link::Open, || None, Timestamp::default), Freshness::Live);
        let stale = Stale { since: Timestamp(7), partial: true, ..Stale::default() };
        assert!(!Freshness::of(&stale).tasks_are_old());
    }
}
