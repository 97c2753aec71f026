//! How often a cluster was asked, and how often that failed.

use super::UpstreamError;
use axum::response::Response;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the process began.
#[derive(Debug, Default)]
pub struct Traffic {
    calls: AtomicU64,
    no_leader: AtomicU64,
    not_sent: AtomicU64,
    answer_lost: AtomicU64,
    server_error: AtomicU64,
}

impl Traffic {
    /// A request is about to be sent.
    pub(super) fn called(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// What became of it.
    pub(super) fn ended<B>(&self, answer: &Result<Response<B>, UpstreamError>) {
        let counter = match answer {
            Ok(response) if response.status().is_server_error() => &self.server_error,
            Ok(_) => return,
            Err(UpstreamError::NoLeader) => &self.no_leader,
            Err(UpstreamError::NotSent(_)) => &self.not_sent,
            Err(UpstreamError::AnswerLost(_)) => &self.answer_lost,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Requests sent, whoever asked for them: pages, clients, the watcher.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Those that failed, by kind; `server_error` were answered with a status from 500.
    pub fn failures(&self) -> [(&'static str, u64); 4] {
        let counters = [
            ("no_leader", &self.no_leader),
            ("not_sent", &self.not_sent),
            ("answer_lost", &self.answer_lost),
            ("server_error", &self.server_error),
        ];
        counters.map(|(kind, counter)| (kind, counter.load(Ordering::Relaxed)))
    }
}
