//! How many requests of clients are on their way to the leader at a time, and whose.

use crate::{
    peer::{network_of, peer_of},
    shares::Shares,
    upstream::SentFor,
};
use http::{header, request::Parts};
use std::{
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Requests of clients that are on their way to the leader at a time, at most; further ones wait for a place.
pub const CLIENTS: usize = 512;
/// Those that are GET or HEAD: the rest is left to CREATE, KILL and their like.
pub const READS: usize = 448;
/// Those of one sender.
pub const OF_ONE: usize = 128;
/// Longest wait for a place.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who sends a request.
#[derive(PartialEq, Eq, Hash)]
enum Sender {
    User(String),
    /// Hash of a credential that the cluster checks itself.
    Credential(u64),
    Network(IpAddr),
}

/// All places. Clones share them.
#[derive(Clone)]
pub struct Places {
    all: Arc<Semaphore>,
    reads: Arc<Semaphore>,
    shares: Arc<Shares<Sender>>,
    hasher: RandomState,
}

/// A place among the requests on their way, free again when dropped.
pub struct Place([Option<OwnedSemaphorePermit>; 3]);

impl Places {
    /// None of them is taken.
    pub fn new() -> Self {
        let permits = |count| Arc::new(Semaphore::new(count));
        Self {
            all: permits(CLIENTS),
            reads: permits(READS),
            shares: Arc::new(Shares::new(OF_ONE)),
            hasher: RandomState::new(),
        }
    }

    /// A place for a request.
    ///
    /// # Errors
    /// Other requests take all places for 10 s; how many they are.
    pub async fn take(&self, request: &Parts) -> Result<Place, usize> {
        let share = self.shares.of(self.sender(request));
        // The sender's own share comes first: who waits for it keeps no place from others.
        let in_order = [
            (Some(share), OF_ONE),
            (request.method.is_safe().then(|| self.reads.clone()), READS),
            (Some(self.all.clone()), CLIENTS),
        ];
        let mut place = Place([None, None, None]);
        for (taken, (permits, most)) in place.0.iter_mut().zip(in_order) {
            let Some(permits) = permits else { continue };
            *taken = match permits.clone().try_acquire_owned() {
                Ok(permit) => Some(permit),
                // Boxed, so that other requests do not carry the room for it. The semaphores are never closed.
                Err(_) => Some(
                    Box::pin(timeout(PATIENCE, permits.acquire_owned())).await.ok().and_then(Result::ok).ok_or(most)?,
                ),
            };
        }
        Ok(place)
    }

    fn sender(&self, request: &Parts) -> Sender {
        if let Some(SentFor(user)) = request.extensions.get() {
            return Sender::User(user.clone());
        }
        if let Some(credential) = request.headers.get(header::AUTHORIZATION) {
            return Sender::Credential(self.hasher.hash_one(credential.as_bytes()));
        }
        Sender::Network(network_of(peer_of(&request.extensions)))
    }
}
