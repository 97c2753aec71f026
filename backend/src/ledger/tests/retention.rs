//! What is removed when the ledger grows too old or too large.

use super::*;

/// Runs that ended, one a second, the first at second 1.
async fn ended(count: i64) -> Fixture {
    let fixture = Fixture::new().await;
    for first in (0..count).step_by(50) {
        let ids = (first..(first + 50).min(count)).map(|n| (n, format!("T-{n}")));
        let sent = ids.clone().map(|(n, id)| (create_intent(&id, n), accepted())).collect();
        fixture.ledger.record_rehearsed(sent).await.unwrap();
        let stopped = ids.map(|(n, id)| {
            let mut event = raw_event(&id, &format!("TI-{n}"), "STOPPED", n + 1);
            event.metadata.insert("CREATED".into(), at(n).millis().into());
            Observation::Event(event)
        });
        fixture.observe(stopped).await;
    }
    fixture
}

fn all() -> HistoryQuery {
    HistoryQuery { tab: Tab::All, descending: false, size: 500, ..HistoryQuery::default() }
}

/// The list, once it has no more than so many runs.
async fn swept(ledger: &Ledger, runs: u64) -> HistoryPage {
    loop {
        let page = ledger.page(&all()).await.unwrap();
        if page.matching.n <= runs {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn the_runs_that_ended_first_go_when_the_file_is_too_large() {
    let fixture = ended(1_200).await;
    fixture.created("GOING", 0).await;
    assert_eq!(fixture.ledger.page(&all()).await.unwrap().matching.n, 1_201);
    fixture.ledger.close().await;

    let limit = 1 << 20;
    let ledger = fixture.at.open_keeping(Some(limit)).await;
    ledger.size().wait_for(|bytes| (1..=limit).contains(bytes)).await.unwrap();
    let page = swept(&ledger, 1_000).await;
    assert_eq!(page.rows[0].key, key("GOING"), "what goes on stays, however old");
    let kept: Vec<i64> = page.rows.iter().skip(1).map(|row| row.submitted.millis()).collect();
    assert!((100..1_000).contains(&kept.len()) && kept.is_sorted(), "{} are kept", kept.len());
    let last = ledger.detail(&key("T-1199"), None).await.unwrap();
    assert!(last.is_some_and(|detail| detail.spec.is_some() && detail.info.is_some()));
    assert_eq!(ledger.detail(&key("T-0"), None).await.unwrap(), None);
    for table in ["submission", "transition", "report", "run_row"] {
        let query = Query::new("SELECT count(*) AS n FROM ").push(table);
        let query = query.push(" WHERE run_id IS NOT NULL AND run_id NOT IN (SELECT run_id FROM run)");
        let orphans = ledger.readers().unwrap().fetch_one(query).await.unwrap().number("n").unwrap();
        assert_eq!(orphans, 0, "{table}");
    }
    ledger.close().await;
    if let Place::File(file) = &fixture.at.place {
        let mut connection = fixture.at.connect().await;
        connection.fetch_all(Query::new("PRAGMA wal_checkpoint(TRUNCATE)")).await.unwrap();
        let length = std::fs::metadata(file).unwrap().len();
        assert!(length <= 2 * limit, "the file has {length} bytes");
    }
}

#[tokio::test]
async fn what_comes_while_runs_are_removed_is_stored() {
    let fixture = ended(600).await;
    fixture.ledger.close().await;
    let ledger = fixture.at.open_keeping(Some(1)).await;
    for n in 0..50 {
        let id = ledger.intend(create_intent(&format!("NEW-{n}"), 700)).await.unwrap();
        ledger.answer(id, accepted());
    }
    ledger.flush().await.unwrap();
    let page = swept(&ledger, 50).await;
    assert_eq!((page.matching.n, page.counts.active.n), (50, 50));
    // A late word about a run that was removed makes it a run again, and nothing fails.
    ledger.observe(vec![event("T-5", "TI-5", "STOPPED", 6)]).await.unwrap();
    assert_eq!(ledger.detail(&key("T-5"), None).await.unwrap().expect("it is known again").runs, [1]);
}

#[tokio::test]
async fn a_run_that_waits_outlives_an_earlier_one_of_its_key() {
    let fixture = ended(1).await;
    fixture.created("T-0", 700).await;
    fixture.ledger.close().await;
    let ledger = fixture.at.open_keeping(Some(1)).await;
    swept(&ledger, 1).await;
    // The run ends next, and must not be removed for its size.
    ledger.close().await;
    let ledger = fixture.at.open_keeping(None).await;
    ledger.observe(vec![Observation::CaughtUp { at: at(720), but_for: Default::default() }]).await.unwrap();
    let detail = ledger.detail(&key("T-0"), None).await.unwrap().unwrap();
    assert_eq!(detail.row.outcome, Some(Outcome::NotPlaced));
}

#[tokio::test]
async fn old_submissions_without_a_run_go_though_newer_ones_have_lower_numbers() {
    let fixture = Fixture::new().await;
    let day = 24 * 3600;
    let refused_at = |n: i32, seconds| (create_intent(&format!("T-{n}"), seconds), refused(&["no"]));
    // As it is where each replica has its own numbers: one of them needs few, and has the lower ones.
    let newer = (0..1_100).map(|n| refused_at(n, 40 * day));
    fixture.ledger.record_rehearsed(newer.chain([refused_at(1_100, 0)]).collect()).await.unwrap();
    assert_eq!(fixture.count("submission").await, 1_101);
    fixture.ledger.close().await;
    fixture.set_time(40 * day);
    let fixture = Fixture { ledger: fixture.at.open().await, at: fixture.at };
    fixture.ledger.is_watching().wait_for(|watches| *watches).await.unwrap();
    while fixture.count("submission").await > 1_100 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_clock_that_is_ahead_removes_nothing() {
    let fixture = ended(10).await;
    fixture.ledger.close().await;
    fixture.set_time(40 * 24 * 3600);
    let ledger = fixture.at.open().await;
    ledger.is_watching().wait_for(|watches| *watches).await.unwrap();
    ledger.size().wait_for(|bytes| *bytes > 0).await.unwrap();
    assert_eq!(ledger.page(&all()).await.unwrap().matching.n, 10, "the newest fact is as old as the others");
    // A run that ends now, by the cluster's own time, shows that the others are old.
    let event = raw_event("NEW", "TI-NEW", "STOPPED", 40 * 24 * 3600);
    ledger.observe(vec![Observation::Event(event)]).await.unwrap();
    ledger.close().await;
    let ledger = fixture.at.open().await;
    swept(&ledger, 1).await;
}
