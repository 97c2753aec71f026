//! One limit on guessing, for every way to present a password or a token.
//!
//! Failures of the last [`WINDOW`] are counted by user and address, by address, and by user. The last count applies only to
//! addresses that never signed in as that user, so guessing from elsewhere does not lock the user out. A success takes
//! nothing back. At a limit the right password is refused too: an answer to it would end the guessing.

use super::basic;
use crate::{error::ApiError, peer::network_of};
use http::{HeaderMap, StatusCode, header};
use std::{
    collections::{HashMap, VecDeque, hash_map::RandomState},
    hash::{BuildHasher, Hash},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long a failure counts.
const WINDOW: Duration = Duration::from_secs(300);
/// Failures of one user at one address.
const OF_USER_AT_ADDRESS: usize = 10;
/// Failures of one address, whatever the user.
const OF_ADDRESS: usize = 100;
/// Failures of one user at addresses that never signed in as that user.
const OF_USER: usize = 100;
/// Counters kept at most, and known addresses of users as well; the longest unused go first.
const REMEMBERED: usize = 4096;

/// Counts failed attempts to sign in.
#[derive(Debug, Default)]
pub struct Attempts {
    /// Keyed by chance: names and credentials are kept as hashes only.
    hasher: RandomState,
    counts: Mutex<Counts>,
}

/// One attempt. It counts as failed while it is judged, so that of many at once only as many are judged as the limit leaves.
/// Dropped without a verdict, it is taken back.
#[derive(Debug)]
pub struct Attempt {
    attempts: Arc<Attempts>,
    guess: Guess,
    /// The same credential was accepted from this address before: it is no guess.
    is_proven: bool,
    has_succeeded: Option<bool>,
}

/// Credentials presented by one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Guess {
    /// None of a token.
    user: Option<u64>,
    address: IpAddr,
    credential: u64,
}

/// What failures are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    UserAtAddress(Option<u64>, IpAddr),
    Address(IpAddr),
    User(u64),
}

#[derive(Debug, Default)]
struct Counts {
    /// Times of the last failures, as many as the limit.
    failures: HashMap<Key, VecDeque<Instant>>,
    /// Guesses being judged: as many as there are requests.
    pending: HashMap<Guess, Pending>,
    /// Addresses that signed in as a user.
    known: HashMap<(Option<u64>, IpAddr), Proof>,
}

/// The same guess in several requests at once counts once.
#[derive(Debug)]
struct Pending {
    since: Instant,
    requests: usize,
    is_stranger: bool,
    has_failed: bool,
}

#[derive(Clone, Copy, Debug)]
struct Proof {
    credential: u64,
    at: Instant,
}

impl Attempts {
    /// Begins an attempt by a request's `Authorization`. Tokens name no user: those of one address count together.
    ///
    /// # Errors
    /// [`ApiError::TooManyAttempts`].
    pub fn begin_request(self: &Arc<Self>, headers: &HeaderMap, from: IpAddr) -> Result<Attempt, ApiError> {
        let user = basic::credentials(headers).map(|(user, _password)| user);
        let credential = headers.get(header::AUTHORIZATION).map_or(&b""[..], |value| value.as_bytes());
        self.begin(user.as_deref(), credential, from)
    }

    /// Begins an attempt of `user` by `credential`.
    ///
    /// # Errors
    /// [`ApiError::TooManyAttempts`].
    pub fn begin(self: &Arc<Self>, user: Option<&str>, credential: &[u8], from: IpAddr) -> Result<Attempt, ApiError> {
        let hash = &self.hasher;
        let guess = Guess {
            user: user.map(|user| hash.hash_one(user)),
            address: network_of(from),
            credential: hash.hash_one(credential),
        };
        let is_proven = self.counts().begin(guess, Instant::now()).map_err(ApiError::TooManyAttempts)?;
        Ok(Attempt { attempts: self.clone(), guess, is_proven, has_succeeded: None })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt {
    /// Ends it with a verdict on the credentials.
    pub fn judged(mut self, has_succeeded: bool) {
        self.has_succeeded = Some(has_succeeded);
    }

    /// Ends it by the answer of Drove's API, which asks for credentials after 404, 405, 406 and 415: those judge nothing.
    /// `proves` tells whether a success is a verdict on the credentials (not of `OPTIONS`).
    pub fn answered(self, status: StatusCode, proves: bool) {
        if status == StatusCode::UNAUTHORIZED {
            self.judged(false);
        } else if status.is_success() && proves {
            self.judged(true);
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.is_proven || self.has_succeeded == Some(false) {
            self.attempts.counts().end(self, Instant::now());
        }
    }
}

impl Guess {
    fn keys(self, is_stranger: bool) -> impl Iterator<Item = Key> {
        let both = [Key::UserAtAddress(self.user, self.address), Key::Address(self.address)];
        both.into_iter().chain(self.user.filter(|_| is_stranger).map(Key::User))
    }
}

impl Key {
    fn limit(self) -> usize {
        match self {
            Key::UserAtAddress(..) => OF_USER_AT_ADDRESS,
            Key::Address(_) => OF_ADDRESS,
            Key::User(_) => OF_USER,
        }
    }
}

impl Counts {
    /// Admits a guess; whether its credential was accepted before, or the time to wait.
    fn begin(&mut self, guess: Guess, now: Instant) -> Result<bool, Duration> {
        let proof = self.known.get_mut(&(guess.user, guess.address));
        let is_stranger = proof.is_none();
        let proof = proof.filter(|proof| proof.credential == guess.credential);
        let is_proven = proof.map(|proof| proof.at = now).is_some();
        if let Some(wait) = guess.keys(is_stranger).filter_map(|key| self.wait(key, now)).max() {
            return Err(wait);
        }
        if !is_proven {
            let begun = Pending { since: now, requests: 0, is_stranger, has_failed: false };
            let pending = self.pending.entry(guess).or_insert(begun);
            pending.requests += 1;
            if pending.requests == 1 {
                guess.keys(is_stranger).for_each(|key| self.count(key, now));
            }
        }
        Ok(is_proven)
    }

    fn end(&mut self, attempt: &Attempt, now: Instant) {
        let guess = attempt.guess;
        let has_failed = attempt.has_succeeded == Some(false);
        if attempt.is_proven {
            // A password that was changed meanwhile.
            guess.keys(false).for_each(|key| self.count(key, now));
            return;
        }
        if attempt.has_succeeded == Some(true) {
            self.remember(guess, now);
        }
        let Some(pending) = self.pending.get_mut(&guess) else { return };
        pending.has_failed |= has_failed;
        pending.requests -= 1;
        if pending.requests == 0
            && let Some(Pending { since, is_stranger, has_failed: false, .. }) = self.pending.remove(&guess)
        {
            guess.keys(is_stranger).for_each(|key| self.take_back(key, since));
        }
    }

    /// Whole seconds until one more failure is allowed.
    fn wait(&self, key: Key, now: Instant) -> Option<Duration> {
        let failures = self.failures.get(&key)?;
        let first = *failures.get(failures.len().checked_sub(key.limit())?)?;
        let left = (first + WINDOW).saturating_duration_since(now);
        (!left.is_zero()).then(|| Duration::from_secs(left.as_secs() + u64::from(left.subsec_nanos() > 0)))
    }

    fn count(&mut self, key: Key, now: Instant) {
        if self.failures.len() >= REMEMBERED && !self.failures.contains_key(&key) {
            evict_oldest(&mut self.failures, |times| times.back().copied());
        }
        let failures = self.failures.entry(key).or_default();
        if failures.len() >= key.limit() {
            failures.pop_front();
        }
        failures.push_back(now);
    }

    fn take_back(&mut self, key: Key, since: Instant) {
        let Some(failures) = self.failures.get_mut(&key) else { return };
        if let Some(place) = failures.iter().rposition(|at| *at == since) {
            failures.remove(place);
        }
        if failures.is_empty() {
            self.failures.remove(&key);
        }
    }

    fn remember(&mut self, guess: Guess, now: Instant) {
        let who = (guess.user, guess.address);
        if !self.known.contains_key(&who) {
            evict_oldest(&mut self.known, |proof| proof.at);
        }
        self.known.insert(who, Proof { credential: guess.credential, at: now });
    }
}

/// Makes room in a full map: a part of it at once, because finding the oldest looks at all.
fn evict_oldest<K: Eq + Hash, V, T: Ord + Copy>(map: &mut HashMap<K, V>, last: impl Fn(&V) -> T) {
    if map.len() >= REMEMBERED {
        let mut times: Vec<T> = map.values().map(&last).collect();
        let (_, newest_to_go, _) = times.select_nth_unstable(REMEMBERED / 8);
        let newest_to_go = *newest_to_go;
        map.retain(|_, value| last(value) > newest_to_go);
    }
}

#[cfg(test)]
mod tests;
