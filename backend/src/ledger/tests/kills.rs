//! What becomes of a KILL whose answer was lost, and of one that has no effect.

use super::*;
use model::dashboard::Submission;

async fn running() -> Fixture {
    let fixture = Fixture::new().await;
    fixture.created("T", 0).await;
    fixture.observe([event("T", "TI-1", "RUNNING", 3)]).await;
    fixture
}

fn stopped(status: &str, seconds: i64) -> Observation {
    let mut event = raw_event("T", "TI-1", "STOPPED", seconds);
    event.metadata.insert("RESULT_STATUS".into(), status.into());
    event.metadata.insert("RESULT_EXIT_CODE".into(), (-1).into());
    Observation::Event(event)
}

async fn last_submission(fixture: &Fixture) -> Submission {
    fixture.detail("T").await.submissions.pop().unwrap()
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_the_end_of_the_task() {
    for (status, kind) in [("CANCELLED", AnswerKind::Accepted), ("SUCCESSFUL", AnswerKind::Unknown)] {
        let fixture = running().await;
        fixture.kill("T", 5, Answer::unknown()).await;
        let row = fixture.row("T").await;
        assert_eq!((row.kill, row.kill_pending), (Some(AnswerKind::Unknown), false), "it may be sent again");
        fixture.observe([stopped(status, 6)]).await;
        let kill = last_submission(&fixture).await;
        assert_eq!((kill.answer, kill.words.len()), (kind.clone(), usize::from(kind == AnswerKind::Unknown)));
        let after = fixture.row("T").await.kill;
        assert_eq!(after, Some(AnswerKind::Accepted).filter(|_| status == "CANCELLED"));
    }
}

#[tokio::test]
async fn an_end_that_is_reported_before_the_answer_is_lost_settles_it_too() {
    let fixture = running().await;
    let intent = Intent { operation: Operation::Kill, ..create_intent("T", 4) };
    let kill = fixture.ledger.intend(intent).await.unwrap();
    fixture.observe([stopped("CANCELLED", 5)]).await;
    fixture.ledger.answer(kill, Answer::unknown());
    fixture.ledger.flush().await.unwrap();
    assert_eq!(last_submission(&fixture).await.answer, AnswerKind::Accepted);
}

#[tokio::test]
async fn a_task_that_still_runs_when_the_time_is_up_was_not_killed() {
    let fixture = running().await;
    fixture.kill("T", 5, Answer::unknown()).await;
    fixture.observe([caught_up(at(64))]).await;
    assert_eq!(last_submission(&fixture).await.words, [""; 0]);
    let fixture = fixture.killed_and_reopened().await;
    fixture.observe([caught_up(at(65))]).await;
    let kill = last_submission(&fixture).await;
    assert_eq!(kill.answer, AnswerKind::Unknown);
    assert_eq!(kill.words, ["the task still went on when the time for it was up: it was not carried out"]);
    assert_eq!(fixture.row("T").await.kill, None);
}

#[tokio::test]
async fn a_kill_is_pending_no_longer_when_its_time_is_up() {
    let fixture = running().await;
    fixture.kill("T", 5, accepted()).await;
    fixture.observe([caught_up(at(64))]).await;
    assert!(fixture.row("T").await.kill_pending);
    fixture.observe([caught_up(at(65))]).await;
    let fixture = fixture.killed_and_reopened().await;
    let row = fixture.row("T").await;
    assert_eq!((row.kill_pending, row.kill), (false, Some(AnswerKind::Accepted)));

    fixture.kill("T", 70, accepted()).await;
    assert!(fixture.row("T").await.kill_pending, "another one counts anew");
}

#[tokio::test]
async fn an_early_kill_has_its_time_from_running_on() {
    let fixture = Fixture::new().await;
    fixture.created("T", 0).await;
    fixture.observe([event("T", "TI-1", "PROVISIONING", 1)]).await;
    fixture.kill("T", 2, accepted()).await;
    fixture.observe([event("T", "TI-1", "RUNNING", 50), caught_up(at(100))]).await;
    assert!(fixture.row("T").await.kill_pending);
    fixture.observe([caught_up(at(110))]).await;
    assert!(!fixture.row("T").await.kill_pending);
}

#[tokio::test]
async fn another_leader_knows_of_no_kill() {
    let fixture = running().await;
    let leader = |name: &str, seconds| Observation::Leader { at: at(seconds), leader: name.to_owned() };
    fixture.observe([leader("ctl-1:4000", 1)]).await;
    fixture.kill("T", 5, accepted()).await;
    fixture.observe([leader("ctl-1:4000", 6)]).await;
    assert!(fixture.row("T").await.kill_pending, "the same leads");
    fixture.observe([leader("ctl-2:4000", 7)]).await;
    assert!(!fixture.row("T").await.kill_pending);
}
