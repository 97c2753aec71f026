//! Sessions that were signed out, which their cookies would outlive.

use super::cookies::SessionId;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// So many at most; those go first that would end first.
const REMEMBERED: usize = 4096;

/// Remembers them for as long as their cookies could be sealed anew, in this process.
#[derive(Debug, Default)]
pub struct Ended {
    until: Mutex<BTreeMap<SessionId, i64>>,
}

impl Ended {
    /// `session` is over at `now`; it could have gone on until `until` (seconds since the Unix epoch).
    pub fn insert(&self, session: SessionId, now: i64, until: i64) {
        let mut ended = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        ended.retain(|_, until| *until > now);
        if ended.len() >= REMEMBERED
            && let Some(first) = ended.iter().min_by_key(|(_, until)| **until).map(|(session, _)| session.clone())
        {
            ended.remove(&first);
        }
        ended.insert(session, until);
    }

    /// Whether it was signed out.
    pub fn holds(&self, session: &SessionId) -> bool {
        self.until.lock().unwrap_or_else(PoisonError::into_inner).contains_key(session)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::{super::cookies::Session, *};

    #[test]
    fn memory_is_bounded_and_what_is_too_old_anyway_goes_first() {
        let ended = Ended::default();
        let session = |n: usize| Session::new("eva", i64::try_from(n).unwrap()).id();
        for n in 0..=REMEMBERED {
            ended.insert(session(n), 0, i64::try_from(n).unwrap() + 100);
        }
        assert!(!ended.holds(&session(0)) && ended.holds(&session(1)) && ended.holds(&session(REMEMBERED)));
        ended.insert(session(0), i64::MAX - 1, i64::MAX);
        assert_eq!(ended.until.lock().unwrap().len(), 1);
    }
}
