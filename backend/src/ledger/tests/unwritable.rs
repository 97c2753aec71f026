//! A ledger that another process locks for a while.

use super::*;

/// Another process's transaction on the same file.
async fn lock(fixture: &Fixture) -> Connection {
    let mut other = fixture.at.connect().await;
    other.execute(Query::new("BEGIN EXCLUSIVE")).await.unwrap();
    other
}

async fn unwritable(fixture: &Fixture) {
    fixture.ledger.trouble().wait_for(Option::is_some).await.unwrap();
}

#[tokio::test]
async fn reports_a_lock_although_nothing_is_to_be_written() {
    let fixture = Fixture::in_file().await;
    let mut other = lock(&fixture).await;
    unwritable(&fixture).await;
    other.execute(Query::new("ROLLBACK")).await.unwrap();
    fixture.ledger.trouble().wait_for(Option::is_none).await.unwrap();
}

#[tokio::test]
async fn probes_by_writing_to_the_disk() {
    let fixture = Fixture::in_file().await;
    let log = fixture.at.folder.path().join("ledger.db-wal");
    let length = || std::fs::metadata(&log).unwrap().len();
    let (before, revision) = (length(), fixture.ledger.revision());
    let grows = async {
        while length() == before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), grows).await.expect("a probe");
    assert_eq!((fixture.ledger.revision(), fixture.ledger.unstored()), (revision, 0), "and nothing changed");
}

#[tokio::test]
async fn stores_late_what_it_was_given_while_it_was_locked() {
    let fixture = Fixture::in_file().await;
    let mut other = lock(&fixture).await;
    unwritable(&fixture).await;
    let intending = tokio::spawn({
        let ledger = fixture.ledger.clone();
        async move { ledger.intend(create_intent("T", 0)).await }
    });
    let seen = fixture.ledger.try_observe(vec![event("T", "TI-1", "RUNNING", 1)]).await;
    assert!(matches!(seen, Err(LedgerError::Unwritable(_))), "a watcher must not wait: {seen:?}");
    assert_eq!(fixture.ledger.unstored(), 1);
    assert!(!intending.is_finished());

    other.execute(Query::new("ROLLBACK")).await.unwrap();
    let submission = intending.await.unwrap().unwrap();
    fixture.ledger.answer(submission, accepted());
    fixture.ledger.flush().await.unwrap();
    assert_eq!(fixture.ledger.unstored(), 0);
    assert_eq!(*fixture.ledger.trouble().borrow(), None);
    let detail = fixture.detail("T").await;
    assert_eq!((detail.row.phase, detail.submissions[0].answer.clone()), (Phase::Active, AnswerKind::Accepted));
    assert_eq!(detail.runs, [1], "the event is about what was intended before it");
}

#[tokio::test]
async fn keeps_reporting_a_lock_while_others_only_wait() {
    let fixture = Fixture::in_file().await;
    let mut other = lock(&fixture).await;
    unwritable(&fixture).await;
    let waits = tokio::spawn({
        let ledger = fixture.ledger.clone();
        async move { ledger.flush().await }
    });
    fixture.ledger.answer(SubmissionId(7), accepted());
    assert!(fixture.ledger.try_observe(Vec::new()).await.is_err());
    assert!(fixture.ledger.trouble().borrow().is_some(), "nothing was written meanwhile");
    other.execute(Query::new("ROLLBACK")).await.unwrap();
    waits.await.unwrap().unwrap();
}
