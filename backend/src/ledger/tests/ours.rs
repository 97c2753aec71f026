//! Which task comes from a CREATE whose answer was lost.

use super::*;

async fn doubtful() -> Fixture {
    let fixture = Fixture::new().await;
    let submission = fixture.create("T", 0).await;
    fixture.ledger.answer(submission, Answer::unknown());
    fixture.ledger.flush().await.unwrap();
    fixture
}

fn differing(path: &str, value: Value) -> Observation {
    let mut record = serde_json::to_value(info("T", "TI-1", "RUNNING", 3)).unwrap();
    *record.pointer_mut(path).unwrap() = value;
    let info = Box::new(serde_json::from_value(record).unwrap());
    Observation::Record { info, source: model::Source::Instance }
}

#[tokio::test]
async fn an_event_alone_decides_nothing_and_a_record_does() {
    let fixture = doubtful().await;
    fixture.observe([event("T", "TI-1", "PROVISIONING", 1)]).await;
    let detail = fixture.detail("T").await;
    assert_eq!((detail.row.phase, detail.submissions[0].answer.clone()), (Phase::Active, AnswerKind::Unknown));
    assert!(fixture.ledger.live_run(&key("T")).unwrap().is_doubtful, "its record is wanted");

    let fixture = fixture.killed_and_reopened().await;
    fixture.observe([record("T", "TI-1", "RUNNING", 3)]).await;
    let detail = fixture.detail("T").await;
    assert_eq!(
        (detail.submissions[0].answer.clone(), detail.row.submitter.as_deref()),
        (AnswerKind::Accepted, Some("admin"))
    );
    assert!(!fixture.ledger.live_run(&key("T")).unwrap().is_doubtful);
}

#[tokio::test]
async fn what_ended_in_doubt_is_looked_up_until_a_record_tells_or_there_is_none() {
    for (settles, answer) in [(true, AnswerKind::Accepted), (false, AnswerKind::Unknown)] {
        let fixture = doubtful().await;
        fixture.observe([event("T", "TI-1", "RUNNING", 1), event("T", "TI-1", "STOPPED", 2)]).await;
        assert_eq!(fixture.ledger.doubtful(), [key("T")]);

        let fixture = fixture.killed_and_reopened().await;
        assert_eq!(fixture.ledger.doubtful(), [key("T")], "its record is wanted");
        let no_record = Observation::NoRecord { key: key("T"), at: at(4) };
        fixture.observe([if settles { record("T", "TI-1", "STOPPED", 2) } else { no_record }]).await;
        assert_eq!(fixture.detail("T").await.submissions[0].answer, answer);
        assert_eq!(fixture.ledger.doubtful(), []);
        assert_eq!(fixture.killed_and_reopened().await.ledger.doubtful(), []);
    }
}

#[tokio::test]
async fn a_record_that_differs_takes_back_what_an_event_had_suggested() {
    for (path, value) in [
        ("/resources/0/cores", json!({"0": [2]})),
        ("/resources/1/memoryInMB", json!({"0": 1024})),
        ("/env", json!({"A": "2"})),
    ] {
        let fixture = doubtful().await;
        fixture.observe([event("T", "TI-1", "PROVISIONING", 1), differing(path, value)]).await;
        let detail = fixture.detail("T").await;
        assert_eq!((detail.row.phase, detail.row.submitter, detail.spec), (Phase::Active, None, None), "{path}");
        assert_eq!(detail.submissions.len(), 1);
        assert!(detail.submissions[0].words[0].ends_with("it is somebody else's"), "{:?}", detail.submissions);
    }
}

#[tokio::test]
async fn a_key_that_somebody_else_has_leaves_nothing_in_doubt() {
    let fixture = doubtful().await;
    fixture.observe([differing("/executable/url", "image:2".into())]).await;
    let ours = fixture.ledger.detail(&key("T"), Some(1)).await.unwrap().unwrap();
    assert_eq!((ours.row.outcome, ours.runs), (Some(Outcome::NotPlaced), vec![1, 2]));
    assert_eq!(ours.submissions[0].answer, AnswerKind::Unknown);
    assert_eq!(fixture.row("T").await.image, "image:2");
}

#[tokio::test]
async fn an_older_record_of_the_key_leaves_nothing_in_doubt() {
    let fixture = doubtful().await;
    let mut old = info("T", "TI-0", "STOPPED", -500);
    old.created = at(-1000);
    fixture.observe([Observation::Record { info: Box::new(old), source: model::Source::Instance }]).await;
    let fixture = fixture.killed_and_reopened().await;
    assert_eq!(fixture.ledger.doubtful(), []);
    let ours = fixture.ledger.detail(&key("T"), Some(1)).await.unwrap().unwrap();
    assert_eq!((ours.row.outcome, ours.runs), (Some(Outcome::NotPlaced), vec![1, 2]));
}

#[tokio::test]
async fn a_record_that_comes_before_the_answer_is_lost_counts() {
    let fixture = Fixture::new().await;
    let submission = fixture.create("T", 0).await;
    fixture.observe([record("T", "TI-1", "RUNNING", 1)]).await;
    fixture.ledger.answer(submission, Answer::unknown());
    fixture.ledger.flush().await.unwrap();
    assert_eq!(fixture.detail("T").await.submissions[0].answer, AnswerKind::Accepted);
}

#[tokio::test]
async fn a_create_of_an_id_that_a_lost_task_still_has_is_settled() {
    let fixture = Fixture::new().await;
    fixture.observe([record("T", "TI-0", "LOST", -100)]).await;
    let submission = fixture.create("T", 0).await;
    fixture.ledger.answer(submission, Answer::unknown());
    let holds = |seconds| Observation::Holds { key: key("T"), instance_id: "TI-0".into(), at: at(seconds) };
    fixture.observe([holds(14)]).await;
    assert_eq!(fixture.row("T").await.phase, Phase::OutcomeUnknown, "it may still be on its way");
    fixture.observe([holds(15), record("T", "TI-0", "LOST", -100)]).await;
    let detail = fixture.detail("T").await;
    assert_eq!((detail.row.outcome, detail.runs), (Some(Outcome::NotPlaced), vec![1, 2]));
    assert_eq!(fixture.ledger.doubtful(), []);
}

#[tokio::test]
async fn a_run_that_an_earlier_version_left_waiting_before_a_later_one_ends() {
    let fixture = doubtful().await;
    let mut old = info("T", "TI-0", "STOPPED", -500);
    old.created = at(-1000);
    fixture.observe([Observation::Record { info: Box::new(old), source: model::Source::Instance }]).await;
    // So it stood in the ledger.
    let mut around = fixture.at.connect().await;
    for statement in [
        "DELETE FROM conclusion WHERE cluster = $1 AND kind = 'NOT_PLACED'",
        "UPDATE run SET is_over = 0 WHERE cluster = $1 AND run = 1",
    ] {
        assert_eq!(around.execute(Query::new(statement).bind(fixture.at.cluster())).await.unwrap(), 1);
    }
    around.close().await.unwrap();
    let fixture = fixture.killed_and_reopened().await;
    fixture.observe([caught_up(at(60))]).await;
    let waited = fixture.ledger.detail(&key("T"), Some(1)).await.unwrap().unwrap();
    assert_eq!((waited.row.outcome, waited.row.ended), (Some(Outcome::NotPlaced), Some(at(15))));
}
