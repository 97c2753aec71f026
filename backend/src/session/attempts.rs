//! A limit on failed attempts to sign in.

use crate::error::ApiError;
use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Failures in a row that cost nothing.
const FREE_FAILURES: u32 = 10;
/// One failure is forgotten after this long.
const FORGET: Duration = Duration::from_secs(6);
/// Names and addresses remembered at most; the oldest go first.
const REMEMBERED: usize = 4096;

/// One attempt to sign in. It counts as failed from its beginning, so that many at once are not all judged; dropped without
/// having [`failed`](Self::failed), it is taken back.
#[derive(Debug)]
pub struct Attempt<'a> {
    attempts: &'a Attempts,
    keys: [String; 2],
    has_failed: bool,
}

impl Attempt<'_> {
    /// It failed.
    pub fn failed(mut self) {
        self.has_failed = true;
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if !self.has_failed {
            self.attempts.take_back(&self.keys);
        }
    }
}

/// Failures by key: a user name, an address.
#[derive(Debug, Default)]
pub struct Attempts {
    failures: Mutex<BTreeMap<String, Failures>>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Failures {
    fn left(&self, now: Instant) -> u32 {
        let forgotten = now.saturating_duration_since(self.last).as_secs() / FORGET.as_secs();
        self.count.saturating_sub(u32::try_from(forgotten).unwrap_or(u32::MAX))
    }
}

impl Attempts {
    /// Begins an attempt of `user` from `peer`.
    ///
    /// # Errors
    /// Too many of them failed, or are being judged.
    pub fn begin(&self, user: &str, peer: IpAddr) -> Result<Attempt<'_>, ApiError> {
        let keys = [format!("user {user}"), format!("peer {peer}")];
        let now = Instant::now();
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let worst = keys.iter().filter_map(|key| failures.get(key)).map(|f| f.left(now)).max().unwrap_or_default();
        if worst >= FREE_FAILURES {
            return Err(ApiError::TooManyAttempts(FORGET * (worst + 1 - FREE_FAILURES)));
        }
        for key in &keys {
            let count = failures.get(key).map_or(0, |f| f.left(now)) + 1;
            failures.insert(key.clone(), Failures { count, last: now });
        }
        while failures.len() > REMEMBERED {
            let Some(oldest) = failures.iter().min_by_key(|(_, f)| f.last).map(|(key, _)| key.clone()) else { break };
            failures.remove(&oldest);
        }
        Ok(Attempt { attempts: self, keys, has_failed: false })
    }

    fn take_back(&self, keys: &[String]) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            let Some(known) = failures.get_mut(key) else { continue };
            known.count = known.count.saturating_sub(1);
            if known.count == 0 {
                failures.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn wait(attempt: Result<Attempt<'_>, ApiError>) -> Option<Duration> {
        match attempt {
            Err(ApiError::TooManyAttempts(wait)) => Some(wait),
            Ok(_) | Err(_) => None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_eleventh_failure_waits_and_time_forgives() {
        let attempts = Attempts::default();
        for _ in 0..FREE_FAILURES {
            attempts.begin("eva", HERE).unwrap().failed();
        }
        assert_eq!(wait(attempts.begin("eva", "127.0.0.2".parse().unwrap())), Some(FORGET));
        assert_eq!(wait(attempts.begin("bob", HERE)), Some(FORGET));
        assert_eq!(wait(attempts.begin("bob", "127.0.0.2".parse().unwrap())), None);
        tokio::time::advance(FORGET).await;
        assert_eq!(wait(attempts.begin("eva", HERE)), None);
    }

    #[tokio::test]
    async fn what_is_being_judged_counts_and_what_did_not_fail_is_taken_back() {
        let attempts = Attempts::default();
        let judged: Vec<_> = (0..200).filter_map(|n| attempts.begin(&n.to_string(), HERE).ok()).collect();
        assert_eq!(judged.len(), FREE_FAILURES as usize, "of all that come at once");
        drop(judged);
        for _ in 0..100 {
            assert_eq!(wait(attempts.begin("eva", HERE)), None);
        }
        assert!(attempts.failures.lock().unwrap().is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let attempts = Attempts::default();
        for n in 0..u32::try_from(REMEMBERED).unwrap() {
            attempts.begin(&n.to_string(), std::net::Ipv4Addr::from_bits(n).into()).unwrap().failed();
        }
        assert_eq!(attempts.failures.lock().unwrap().len(), REMEMBERED);
    }
}
