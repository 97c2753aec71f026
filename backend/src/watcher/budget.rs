//! How much a watcher may ask of a leader.

use std::{collections::VecDeque, time::Duration};
use tokio::time::{Instant, sleep_until};

const SECOND: Duration = Duration::from_secs(1);

/// At most so many requests in any second. Waiting is the only thing it does: nothing is ever left out.
#[derive(Debug)]
pub struct Budget {
    limit: usize,
    /// When the last ones were spent, oldest first.
    spent: VecDeque<Instant>,
}

impl Budget {
    /// `limit` requests a second; [`u32::MAX`] is no limit.
    pub fn new(limit: u32) -> Self {
        let limit = if limit == u32::MAX { usize::MAX } else { usize::try_from(limit.max(1)).unwrap_or(usize::MAX) };
        Self { limit, spent: VecDeque::new() }
    }

    /// Waits until one more request may be sent.
    pub async fn spend(&mut self) {
        if self.limit == usize::MAX {
            return;
        }
        if self.spent.len() >= self.limit
            && let Some(oldest) = self.spent.pop_front()
        {
            sleep_until(oldest + SECOND).await;
        }
        self.spent.push_back(Instant::now());
    }

    /// The last request was never sent: it is not counted.
    pub fn give_back(&mut self) {
        self.spent.pop_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_second_has_more_than_its_share() {
        let mut budget = Budget::new(3);
        let mut times = Vec::new();
        for _ in 0..10 {
            budget.spend().await;
            times.push(Instant::now());
        }
        assert!(times.windows(4).all(|four| four[3] - four[0] >= SECOND));
        assert_eq!(times[9] - times[0], 3 * SECOND, "and no more waiting than that");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_not_sent_is_not_counted() {
        let (mut budget, begun) = (Budget::new(3), Instant::now());
        for _ in 0..30 {
            budget.spend().await;
            budget.give_back();
        }
        for _ in 0..3 {
            budget.spend().await;
        }
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}
