//! How often a cluster was asked, and how often that failed.

use super::UpstreamError;
use axum::response::Response;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Counts since the process began.
#[derive(Debug, Default)]
pub struct Traffic {
    calls: AtomicU64,
    no_leader: AtomicU64,
    not_sent: AtomicU64,
    answer_lost: AtomicU64,
    server_error: AtomicU64,
    given_up: AtomicU64,
}

/// A request on its way. Dropped before it has ended, somebody has given up waiting for it.
#[derive(Debug)]
pub(super) struct Call {
    traffic: Arc<Traffic>,
    has_ended: bool,
}

impl Drop for Call {
    fn drop(&mut self) {
        if !self.has_ended {
            self.traffic.given_up.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Call {
    /// What became of it.
    pub fn ended<B>(mut self, answer: &Result<Response<B>, UpstreamError>) {
        self.has_ended = true;
        self.traffic.ended(answer);
    }
}

impl Traffic {
    /// A request is about to be sent.
    pub(super) fn begin(self: Arc<Self>) -> Call {
        self.calls.fetch_add(1, Ordering::Relaxed);
        Call { traffic: self, has_ended: false }
    }

    fn ended<B>(&self, answer: &Result<Response<B>, UpstreamError>) {
        let counter = match answer {
            Ok(response) if response.status().is_server_error() => &self.server_error,
            Ok(_) => return,
            Err(UpstreamError::NoLeader) => &self.no_leader,
            Err(UpstreamError::NotSent(_) | UpstreamError::Busy(_)) => &self.not_sent,
            Err(UpstreamError::AnswerLost(_)) => &self.answer_lost,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Requests sent, whoever asked for them: pages, clients, the watcher.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Those that failed, by kind; `server_error` were answered with a status from 500, `given_up` were not answered while
    /// somebody waited.
    pub fn failures(&self) -> [(&'static str, u64); 5] {
        let counters = [
            ("no_leader", &self.no_leader),
            ("not_sent", &self.not_sent),
            ("answer_lost", &self.answer_lost),
            ("server_error", &self.server_error),
            ("given_up", &self.given_up),
        ];
        counters.map(|(kind, counter)| (kind, counter.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_stops_waiting_is_counted_once() {
        let traffic = Arc::new(Traffic::default());
        let given_up = |traffic: &Traffic| traffic.failures().iter().find(|(kind, _)| *kind == "given_up").copied();
        drop(traffic.clone().begin());
        assert_eq!((traffic.calls(), given_up(&traffic)), (1, Some(("given_up", 1))));
        traffic.clone().begin().ended(&Ok(Response::new(())));
        assert_eq!((traffic.calls(), given_up(&traffic)), (2, Some(("given_up", 1))));
    }
}
