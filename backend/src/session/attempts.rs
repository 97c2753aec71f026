//! A limit on failed attempts to sign in.

use crate::error::ApiError;
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How many failures in a row cost nothing, and after how long one of them is forgotten.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    free: u32,
    forget: Duration,
}

/// Of one address.
const OF_ADDRESS: Allowance = Allowance { free: 10, forget: Duration::from_secs(6) };
/// Of one name from whatever addresses: so much more that no few of them keep its owner out.
const OF_NAME: Allowance = Allowance { free: 100, forget: Duration::from_secs(1) };
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
    fn left(&self, now: Instant, of: Allowance) -> u32 {
        let forgotten = now.saturating_duration_since(self.last).as_secs() / of.forget.as_secs();
        self.count.saturating_sub(u32::try_from(forgotten).unwrap_or(u32::MAX))
    }
}

/// Where one client comes from: of IPv6 it has a whole /64 to choose from.
fn place_of(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address @ IpAddr::V4(_) => address,
    }
}

impl Attempts {
    /// Begins an attempt of `user` from `peer`.
    ///
    /// # Errors
    /// Too many of them failed, or are being judged.
    pub fn begin(&self, user: &str, peer: IpAddr) -> Result<Attempt<'_>, ApiError> {
        let keys = [format!("user {user}"), format!("peer {}", place_of(peer))];
        let now = Instant::now();
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let allowed = [OF_NAME, OF_ADDRESS];
        let counts = [0, 1].map(|n| failures.get(&keys[n]).map_or(0, |f| f.left(now, allowed[n])));
        let waits = counts.iter().zip(allowed).map(|(count, of)| of.forget * (count + 1).saturating_sub(of.free));
        if let Some(wait) = waits.max().filter(|wait| !wait.is_zero()) {
            return Err(ApiError::TooManyAttempts(wait));
        }
        for (key, count) in keys.iter().zip(counts) {
            failures.insert(key.clone(), Failures { count: count + 1, last: now });
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
        for _ in 0..OF_ADDRESS.free {
            attempts.begin("eva", HERE).unwrap().failed();
        }
        assert_eq!(wait(attempts.begin("eva", HERE)), Some(OF_ADDRESS.forget));
        assert_eq!(wait(attempts.begin("bob", HERE)), Some(OF_ADDRESS.forget));
        assert_eq!(wait(attempts.begin("eva", "127.0.0.2".parse().unwrap())), None, "it was guessed at from elsewhere");
        tokio::time::advance(OF_ADDRESS.forget).await;
        assert_eq!(wait(attempts.begin("eva", HERE)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn who_guesses_a_name_from_many_places_is_slowed_down_and_from_few_does_not_keep_it_locked() {
        let attempts = Attempts::default();
        let elsewhere = |n: u32| IpAddr::from(std::net::Ipv4Addr::from_bits(n));
        for n in 0..OF_NAME.free {
            attempts.begin("eva", elsewhere(n)).unwrap().failed();
        }
        assert_eq!(wait(attempts.begin("eva", HERE)), Some(OF_NAME.forget));
        for _ in 0..100 {
            tokio::time::advance(OF_ADDRESS.forget).await;
            attempts.begin("eva", elsewhere(1)).unwrap().failed();
            assert_eq!(wait(attempts.begin("eva", HERE)), None);
        }
    }

    #[tokio::test]
    async fn addresses_of_one_network_are_one_client() {
        let attempts = Attempts::default();
        for n in 0..OF_ADDRESS.free {
            attempts.begin(&n.to_string(), format!("2001:db8::{n}").parse().unwrap()).unwrap().failed();
        }
        assert!(wait(attempts.begin("eva", "2001:db8::ffff:1".parse().unwrap())).is_some());
        assert_eq!(wait(attempts.begin("eva", "2001:db8:0:1::1".parse().unwrap())), None);
        assert_eq!(wait(attempts.begin("eva", "::ffff:127.0.0.1".parse().unwrap())), None);
    }

    #[tokio::test]
    async fn what_is_being_judged_counts_and_what_did_not_fail_is_taken_back() {
        let attempts = Attempts::default();
        let judged: Vec<_> = (0..200).filter_map(|n| attempts.begin(&n.to_string(), HERE).ok()).collect();
        assert_eq!(judged.len(), OF_ADDRESS.free as usize, "of all that come at once");
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
