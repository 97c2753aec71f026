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

/// One attempt to sign in.
#[derive(Debug)]
pub struct Attempt<'a> {
    attempts: &'a Attempts,
    keys: [String; 2],
}

impl Attempt<'_> {
    /// Remembers that it failed.
    pub fn failed(&self) {
        self.attempts.failed(&[&self.keys[0], &self.keys[1]]);
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
    /// Too many of them failed.
    pub fn begin(&self, user: &str, peer: IpAddr) -> Result<Attempt<'_>, ApiError> {
        let keys = [format!("user {user}"), format!("peer {peer}")];
        match self.must_wait(&[&keys[0], &keys[1]]) {
            Some(wait) => Err(ApiError::TooManyAttempts(wait)),
            None => Ok(Attempt { attempts: self, keys }),
        }
    }

    /// How long to wait before `keys` may try again; nothing if they may now.
    fn must_wait(&self, keys: &[&str]) -> Option<Duration> {
        let now = Instant::now();
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let worst = keys.iter().filter_map(|key| failures.get(*key)).map(|f| f.left(now)).max()?;
        (worst >= FREE_FAILURES).then(|| FORGET * (worst + 1 - FREE_FAILURES))
    }

    /// Remembers a failure.
    fn failed(&self, keys: &[&str]) {
        let now = Instant::now();
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            let count = failures.get(*key).map_or(0, |f| f.left(now)) + 1;
            failures.insert((*key).to_owned(), Failures { count, last: now });
        }
        while failures.len() > REMEMBERED {
            let Some(oldest) = failures.iter().min_by_key(|(_, f)| f.last).map(|(key, _)| key.clone()) else { break };
            failures.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_eleventh_failure_waits_and_time_forgives() {
        let attempts = Attempts::default();
        for _ in 0..FREE_FAILURES {
            assert_eq!(attempts.must_wait(&["eva", "127.0.0.1"]), None);
            attempts.failed(&["eva", "127.0.0.1"]);
        }
        assert_eq!(attempts.must_wait(&["eva"]), Some(FORGET));
        assert_eq!(attempts.must_wait(&["bob", "127.0.0.1"]), Some(FORGET));
        assert_eq!(attempts.must_wait(&["bob", "127.0.0.2"]), None);
        tokio::time::advance(FORGET).await;
        assert_eq!(attempts.must_wait(&["eva"]), None);
    }

    #[test]
    fn memory_is_bounded() {
        let attempts = Attempts::default();
        for n in 0..REMEMBERED + 10 {
            attempts.failed(&[&n.to_string()]);
        }
        assert_eq!(attempts.failures.lock().unwrap_or_else(PoisonError::into_inner).len(), REMEMBERED);
    }
}
