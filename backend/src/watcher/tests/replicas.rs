//! One replica watches for all.

use super::replay::{Recording, Watched};
use model::dashboard::{HistoryQuery, Tab};
use std::sync::atomic::Ordering;

async fn recorded(watched: &Watched) -> u64 {
    let all = HistoryQuery { tab: Tab::All, ..HistoryQuery::default() };
    watched.ledger.page(&all).await.unwrap().matching.n
}

#[tokio::test]
async fn a_replica_that_does_not_watch_reads_little_and_records_nothing_until_it_takes_over() {
    let mut watched = Watched::start(Recording::load(&[("kill", 0)])).await;
    watched.go_to(60_000);
    for _ in 0..16 {
        let before = watched.requests.load(Ordering::Relaxed);
        watched.round.aside().await.unwrap();
        assert!(watched.requests.load(Ordering::Relaxed) - before <= 2);
    }
    assert_eq!((recorded(&watched).await, watched.ledger.revision()), (0, 0));
    assert!(watched.picture.borrow().status.stale.is_none(), "and yet it knows that the cluster answers");

    watched.round.begin_to_watch().await.unwrap();
    assert!(recorded(&watched).await > 0);
}
