//! Limits concurrent client requests to the leader, in total and per sender.

use crate::{peer::Sender, shares::Shares, upstream::is_read};
use http::request::Parts;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Requests of clients that are on their way to the leader at a time, at most; further ones wait for a place.
pub const CLIENTS: usize = 512;
/// Those that read: the rest is left to CREATE, KILL and their like.
pub const READS: usize = 448;
/// Those of one sender.
pub const OF_ONE: usize = 128;
/// Longest wait for a place.
const PATIENCE: Duration = Duration::from_secs(10);

/// All places. Clones share them.
#[derive(Clone)]
pub struct Places {
    all: Arc<Semaphore>,
    reads: Arc<Semaphore>,
    shares: Arc<Shares<Sender>>,
}

/// A place among the requests on their way, free again when dropped.
#[derive(Default)]
pub struct Place {
    _share: Option<OwnedSemaphorePermit>,
    _read: Option<OwnedSemaphorePermit>,
    _all: Option<OwnedSemaphorePermit>,
}

impl Places {
    /// Creates the limits with all places free.
    pub fn new() -> Self {
        let permits = |count| Arc::new(Semaphore::new(count));
        Self { all: permits(CLIENTS), reads: permits(READS), shares: Arc::new(Shares::new(OF_ONE)) }
    }

    /// Takes a place for a request.
    ///
    /// # Errors
    /// Returns the limit that was reached if no place is free within 10 s.
    pub async fn take(&self, request: &Parts) -> Result<Place, usize> {
        let share = self.shares.of(Sender::of(&request.extensions));
        let reads = is_read(&request.method, request.uri.path()).then_some(&self.reads);
        let at_once = || {
            Some(Place {
                _share: Some(share.clone().try_acquire_owned().ok()?),
                _read: reads.map(|reads| reads.clone().try_acquire_owned()).transpose().ok()?,
                _all: Some(self.all.clone().try_acquire_owned().ok()?),
            })
        };
        if let Some(place) = at_once() {
            return Ok(place);
        }
        // Boxed, so that other requests do not carry the room for it.
        Box::pin(async {
            let mut limit = OF_ONE;
            let in_order = async {
                // A request that waits for its sender's share holds no shared place. The semaphores are never closed.
                let mut place = Place { _share: share.acquire_owned().await.ok(), ..Place::default() };
                if let Some(reads) = reads {
                    limit = READS;
                    place._read = reads.clone().acquire_owned().await.ok();
                }
                limit = CLIENTS;
                place._all = self.all.clone().acquire_owned().await.ok();
                place
            };
            timeout(PATIENCE, in_order).await.map_err(|_| limit)
        })
        .await
    }
}
