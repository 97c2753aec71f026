//! Replicas that share a ledger. Without a server ([`POSTGRES_OF_TESTS`]) there is nothing to share.

use super::*;

/// Returns when every process that waited for answers in this ledger has ended, as the server sees it.
pub async fn gone(at: &Whereabouts) {
    let mut connection = at.connect().await;
    let query = Query::new("SELECT DISTINCT replica FROM submission WHERE answer IS NULL");
    for row in connection.fetch_all(query).await.unwrap() {
        while !store::is_dead(&mut connection, row.number("replica").unwrap()).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// A ledger and a second replica of it.
async fn replicas() -> Option<(Fixture, Ledger)> {
    std::env::var(POSTGRES_OF_TESTS).ok()?;
    let fixture = Fixture::new().await;
    let other = fixture.at.open().await;
    Some((fixture, other))
}

/// Returns when `ledger` shows what `other` has stored.
async fn follows(ledger: &Ledger, other: &Ledger) {
    let revision = other.revision();
    ledger.changes().wait_for(|seen| *seen >= revision).await.unwrap();
}

/// Returns when it is the turn of one of them.
async fn one_watches(one: &Ledger, other: &Ledger) {
    let (mut here, mut there) = (one.is_watching(), other.is_watching());
    tokio::select! {
        watches = here.wait_for(|watches| *watches) => drop(watches.unwrap()),
        watches = there.wait_for(|watches| *watches) => drop(watches.unwrap()),
    }
}

#[tokio::test]
async fn what_one_replica_stores_the_other_shows() {
    let Some((fixture, other)) = replicas().await else { return };
    fixture.created("T", 0).await;
    fixture.observe([event("T", "TI-1", "RUNNING", 1)]).await;
    follows(&other, &fixture.ledger).await;
    assert_eq!(other.live_run(&key("T")).unwrap().state, Some(TaskState::Running));
    let all = HistoryQuery { tab: Tab::All, ..HistoryQuery::default() };
    let (here, there) = (fixture.ledger.page(&all).await.unwrap(), other.page(&all).await.unwrap());
    assert_eq!((here.rows, here.counts, here.revision), (there.rows, there.counts, there.revision));
    other.observe(vec![event("T", "TI-1", "STOPPED", 5)]).await.unwrap();
    follows(&fixture.ledger, &other).await;
    assert_eq!(fixture.ledger.count_live(|_| true), 0);
    assert_eq!(fixture.row("T").await.outcome, Some(Outcome::Successful));
}

#[tokio::test]
async fn facts_that_two_replicas_tell_are_stored_once() {
    let Some((fixture, other)) = replicas().await else { return };
    let told = || GOOD_RUN.iter().zip(1..).map(|(state, second)| event("T", "TI-1", state, second)).collect::<Vec<_>>();
    for _ in 0..5 {
        let (here, there) = tokio::join!(fixture.ledger.observe(told()), other.observe(told()));
        here.and(there).unwrap();
    }
    let detail = fixture.detail("T").await;
    assert_eq!((detail.runs, detail.row.transitions.len()), (vec![1], GOOD_RUN.len()));
    assert_eq!(other.detail(&key("T"), None).await.unwrap().unwrap().row, detail.row);
}

#[tokio::test]
async fn a_run_belongs_to_the_create_of_whichever_replica_sent_it() {
    let Some((fixture, other)) = replicas().await else { return };
    let id = other.intend(create_intent("T", 0)).await.unwrap();
    // The report comes to the one that watches before the answer comes to the one that sent.
    fixture.observe([event("T", "TI-1", "RUNNING", 1)]).await;
    other.answer(id, accepted());
    other.flush().await.unwrap();
    let detail = fixture.detail("T").await;
    assert_eq!((detail.runs, detail.submissions.len()), (vec![1], 1));
    assert_eq!((detail.row.submitter.as_deref(), detail.row.phase), (Some("admin"), Phase::Active));
    assert_eq!(detail.submissions[0].answer, AnswerKind::Accepted);
}

#[tokio::test]
async fn many_operations_through_two_replicas_are_each_one_run() {
    let Some((fixture, other)) = replicas().await else { return };
    let through = async |ledger: &Ledger, name: &str| {
        for n in 0..60 {
            let task = format!("{name}-{n}");
            let id = ledger.intend(create_intent(&task, 0)).await.unwrap();
            ledger.answer(id, accepted());
            if n % 3 == 0 {
                ledger.observe(vec![event(&task, &task, "RUNNING", 1)]).await.unwrap();
            }
        }
        ledger.flush().await.unwrap();
    };
    tokio::join!(through(&fixture.ledger, "A"), through(&other, "B"));
    follows(&other, &fixture.ledger).await;
    follows(&fixture.ledger, &other).await;
    let all = HistoryQuery { tab: Tab::All, size: 500, ..HistoryQuery::default() };
    let (here, there) = (fixture.ledger.page(&all).await.unwrap(), other.page(&all).await.unwrap());
    assert_eq!((here.matching.n, &here.rows), (120, &there.rows));
    let changed = other.rows_changed_since(0, 1_000).await.unwrap();
    assert!(changed.is_sorted_by(|a, b| a.revision < b.revision), "each change has a revision of its own");
}

#[tokio::test]
async fn one_replica_watches_and_the_other_takes_over() {
    let Some((fixture, other)) = replicas().await else { return };
    one_watches(&fixture.ledger, &other).await;
    let (ends, goes_on) =
        if *fixture.ledger.is_watching().borrow() { (&fixture.ledger, &other) } else { (&other, &fixture.ledger) };
    assert!(!*goes_on.is_watching().borrow());
    ends.close().await;
    goes_on.is_watching().wait_for(|watches| *watches).await.unwrap();
    assert!(!*ends.is_watching().borrow());
}

#[tokio::test]
async fn runs_that_one_replica_removes_are_gone_in_the_other() {
    let Some((fixture, other)) = replicas().await else { return };
    fixture.created("OLD", 0).await;
    fixture.observe([event("OLD", "TI-1", "STOPPED", 1)]).await;
    follows(&other, &fixture.ledger).await;
    other.close().await;
    fixture.ledger.close().await;
    // One that may keep nothing, and watches; it removes what the other shows.
    let keeps_nothing = fixture.at.open_keeping(Some(1)).await;
    keeps_nothing.is_watching().wait_for(|watches| *watches).await.unwrap();
    let shows = fixture.at.open().await;
    let all = HistoryQuery { tab: Tab::All, ..HistoryQuery::default() };
    while shows.page(&all).await.unwrap().matching.n > 0 {
        shows.changes().changed().await.unwrap();
    }
    assert_eq!(shows.detail(&key("OLD"), None).await.unwrap(), None);
}

#[tokio::test]
async fn the_size_is_known_to_the_one_that_does_not_watch() {
    let Some((fixture, other)) = replicas().await else { return };
    one_watches(&fixture.ledger, &other).await;
    fixture.created("T", 0).await;
    let third = fixture.at.open().await;
    third.size().wait_for(|bytes| *bytes > 0).await.unwrap();
    assert!(!*third.is_watching().borrow());
}

#[tokio::test]
async fn what_one_replica_sees_the_other_is_shown() {
    let Some((fixture, other)) = replicas().await else { return };
    let mut shown = other.shared_picture();
    assert_eq!(*shown.borrow(), None);
    for picture in ["one", "another"] {
        fixture.ledger.share_picture(|| Some(picture.to_owned()));
        shown.wait_for(|shown| shown.as_deref() == Some(picture)).await.unwrap();
    }
    let late = fixture.at.open().await;
    late.shared_picture().wait_for(|shown| shown.as_deref() == Some("another")).await.unwrap();
}

#[tokio::test]
async fn a_server_that_breaks_all_connections_loses_nothing() {
    let Some((fixture, other)) = replicas().await else { return };
    for round in 0..5 {
        let id = format!("T-{round}");
        let submission = fixture.create(&id, 0).await;
        let mut connection = fixture.at.connect().await;
        let query = Query::new(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()",
        );
        connection.fetch_all(query).await.unwrap();
        fixture.ledger.answer(submission, accepted());
        fixture.observe([event(&id, &id, "RUNNING", 1)]).await;
        connection.close().await.unwrap();
        let detail = fixture.detail(&id).await;
        assert_eq!((detail.runs, detail.row.phase), (vec![1], Phase::Active));
        assert_eq!(detail.submissions[0].answer, AnswerKind::Accepted);
        follows(&other, &fixture.ledger).await;
        assert_eq!(other.count_live(|_| true), round + 1);
    }
    other.intend(create_intent("LATER", 0)).await.unwrap();
    assert_eq!(fixture.ledger.trouble().borrow().clone(), None);
}

#[tokio::test]
async fn what_is_there_already_is_not_worth_a_notice_at_each_start() {
    let Some((fixture, _)) = replicas().await else { return };
    let mut connection = fixture.at.connect().await;
    let query = Query::new("SELECT current_setting('client_min_messages') AS level");
    assert_eq!(connection.fetch_one(query).await.unwrap().text("level").unwrap(), "warning");
}

#[tokio::test]
async fn what_ended_and_was_removed_while_a_replica_was_cut_off_is_gone_in_it() {
    // However far behind it is: later, nobody knows any more what was removed.
    for (behind, is_told) in [(1, true), (200_000, false)] {
        let Some((fixture, other)) = replicas().await else { return };
        for task in ["GONE", "STAYS"] {
            fixture.observe([event(task, task, "RUNNING", 1)]).await;
        }
        follows(&other, &fixture.ledger).await;
        assert_eq!(other.count_live(|_| true), 2);
        let mut around = fixture.at.connect().await;
        around.begin().await.unwrap();
        let mut statements = vec![
            "DELETE FROM run_row USING run WHERE run.run_id = run_row.run_id AND run.cluster = $1 AND run.task = 'GONE'",
            "DELETE FROM run WHERE cluster = $1 AND task = 'GONE'",
        ];
        if is_told {
            statements.insert(
                0,
                "INSERT INTO removal (cluster, revision, run_id) SELECT ledger.cluster, change_seq + 1, run_id \
                 FROM ledger JOIN run ON run.cluster = ledger.cluster WHERE run.cluster = $1 AND task = 'GONE'",
            );
        }
        for statement in statements {
            assert_eq!(around.execute(Query::new(statement).bind(fixture.at.cluster())).await.unwrap(), 1);
        }
        let further = Query::new("UPDATE ledger SET change_seq = change_seq + $1 WHERE cluster = $2");
        around.execute(further.bind(behind).bind(fixture.at.cluster())).await.unwrap();
        around.end(Ok(())).await.unwrap();
        around.close().await.unwrap();

        fixture.observe([event("NEW", "NEW", "RUNNING", 2)]).await;
        follows(&other, &fixture.ledger).await;
        let all = HistoryQuery { tab: Tab::All, ..HistoryQuery::default() };
        for ledger in [&fixture.ledger, &other] {
            let live: Vec<String> = ledger.live_runs(|_| true).into_iter().map(|run| run.key.id.0).collect();
            assert_eq!(live, ["NEW", "STAYS"], "{behind}");
            assert_eq!(ledger.page(&all).await.unwrap().matching.n, 2, "{behind}");
        }
    }
}

#[tokio::test]
async fn reports_a_server_that_does_not_answer_and_stores_afterwards() {
    let Some((fixture, _other)) = replicas().await else { return };
    // A replica that hangs in the middle of a transaction.
    let mut hangs = fixture.at.connect().await;
    hangs.begin().await.unwrap();
    hangs.fetch_all(Query::new("SELECT change_seq FROM ledger FOR UPDATE")).await.unwrap();
    fixture.ledger.trouble().wait_for(Option::is_some).await.unwrap();
    assert!(fixture.ledger.try_observe(vec![event("T", "TI-1", "RUNNING", 1)]).await.is_err());
    hangs.end(Ok(())).await.unwrap();
    fixture.ledger.trouble().wait_for(Option::is_none).await.unwrap();
    fixture.ledger.flush().await.unwrap();
    assert_eq!(fixture.row("T").await.phase, Phase::Active);
}
