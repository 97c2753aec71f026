//! What survives the end of the process, and what a new one makes of it.

use super::*;

#[tokio::test]
async fn what_was_answered_survives_a_kill_of_the_process() {
    let fixture = Fixture::new().await;
    fixture.created("T", 0).await;
    fixture.observe([event("T", "TI-1", "RUNNING", 1)]).await;
    let before = fixture.detail("T").await;
    let fixture = fixture.killed_and_reopened().await;
    assert_eq!(fixture.detail("T").await, before);
    fixture.observe([event("T", "TI-1", "RUNNING", 1), event("T", "TI-1", "STOPPED", 5)]).await;
    let detail = fixture.detail("T").await;
    assert_eq!((detail.runs, detail.row.outcome), (vec![1], Some(Outcome::Successful)));
    assert!(detail.row.revision > before.revision);
}

#[tokio::test]
async fn an_intent_without_an_answer_is_an_unknown_outcome() {
    let fixture = Fixture::new().await;
    fixture.create("T", 0).await;
    let fixture = fixture.killed_and_reopened().await;
    let detail = fixture.detail("T").await;
    assert_eq!((detail.row.phase, detail.submissions[0].answer.clone()), (Phase::OutcomeUnknown, AnswerKind::Unknown));
    assert_eq!(fixture.ledger.count_live(|_| true), 1, "the watcher looks it up");
    let fixture = fixture.killed_and_reopened().await;
    fixture.observe([record("T", "TI-1", "RUNNING", 2)]).await;
    let detail = fixture.detail("T").await;
    assert_eq!((detail.row.phase, detail.submissions[0].answer.clone()), (Phase::Active, AnswerKind::Accepted));
}

#[tokio::test]
async fn runs_of_a_world_that_was_given_up_are_over_and_stay() {
    let fixture = Fixture::new().await;
    fixture.created("T", 0).await;
    fixture.observe([event("T", "TI-1", "RUNNING", 1)]).await;
    fixture.set_time(10);
    let fixture = fixture.reopened_in("world-2").await;
    let row = fixture.row("T").await;
    assert_eq!((row.outcome, row.ended), (Some(Outcome::Unclear), Some(at(10))));
    assert_eq!(fixture.ledger.count_live(|_| true), 0);
    // The same seed gives the same names and event ids again.
    fixture.created("T", 11).await;
    fixture.observe([event("T", "TI-1", "RUNNING", 1)]).await;
    let detail = fixture.detail("T").await;
    assert_eq!((detail.runs, detail.row.phase), (vec![1, 2], Phase::Active));
}

#[tokio::test]
async fn views_can_be_derived_again_from_the_facts() {
    let fixture = Fixture::new().await;
    fixture.created("T", 0).await;
    fixture.observe([event("T", "TI-1", "RUNNING", 1), record("T", "TI-1", "RUNNING", 2)]).await;
    fixture.created("U", 1).await;
    fixture.kill("U", 2, accepted()).await;
    fixture.observe([Observation::AttemptsEnded { key: key("U"), at: at(3) }]).await;
    let rows = |ledger: Ledger| async move {
        let mut rows = ledger.rows_changed_since(0, 10).await.unwrap();
        rows.sort_by_key(|row| row.run_id);
        rows.into_iter().map(|row| TaskRow { revision: 0, ..row }).collect::<Vec<_>>()
    };
    let before = rows(fixture.ledger.clone()).await;
    assert_eq!(before.len(), 2);
    fixture.ledger.close().await;
    let mut connection = fixture.at.connect().await;
    for spoil in ["UPDATE ledger SET derived_by = 0", "UPDATE run_row SET content = '{}'"] {
        connection.execute(Query::new(spoil)).await.unwrap();
    }
    connection.close().await.unwrap();
    assert_eq!(rows(fixture.at.open().await).await, before);
}

#[tokio::test]
async fn old_runs_are_removed_with_everything_about_them() {
    let fixture = Fixture::new().await;
    let month = 31 * 24 * 3600;
    fixture.created("OLD", 0).await;
    fixture.created("GOING", 0).await;
    fixture.observe([event("OLD", "TI-1", "STOPPED", 1), event("GOING", "TI-2", "RUNNING", 1)]).await;
    fixture.set_time(month);
    // The newest fact shows that the clock is right.
    fixture.kill("GOING", month, refused(&["no"])).await;
    let fixture = fixture.reopened_in("world-1").await;
    // The first sweep begins with the writer.
    while fixture.count("run").await > 1 {
        tokio::task::yield_now().await;
    }
    for (table, left) in [("submission", 2), ("transition", 1), ("report", 1), ("run_row", 1)] {
        assert_eq!(fixture.count(table).await, left, "{table}");
    }
    assert_eq!(fixture.row("GOING").await.phase, Phase::Active);
}

#[tokio::test]
async fn a_ledger_of_a_newer_release_is_named_and_left_alone() {
    let Fixture { ledger, at } = Fixture::new().await;
    ledger.close().await;
    let mut connection = at.connect().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES ($1, 'of a newer release', true, $2, 0)";
    for version in [98, 99] {
        let query = Query::new(newer).bind(version).bind(vec![0_u8]);
        connection.execute(query).await.unwrap();
    }
    let error = at.try_open(None).await.err().expect("it is newer").to_string();
    assert!(error.contains("its schema") && error.contains("has version 99"), "{error}");
    assert!(error.contains("run the newer release"), "{error}");
    assert!(error.contains("ledger.db") || error.contains("drove_dashboard_"), "{error}");
    let left = connection.fetch_one(Query::new("SELECT max(version) AS version FROM _sqlx_migrations")).await.unwrap();
    assert_eq!(left.number("version").unwrap(), 99);
}
