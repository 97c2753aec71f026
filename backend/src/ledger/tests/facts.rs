//! What becomes of facts: one test for each rule of design section 3.

use super::*;
use model::{Gap, Source};
use std::collections::BTreeSet;

#[tokio::test]
async fn a_run_goes_from_placing_to_its_outcome() {
    let fixture = Fixture::new().await;
    fixture.created("T", 0).await;
    let row = fixture.row("T").await;
    assert_eq!((row.phase, row.run, row.cores, row.memory_mb), (Phase::Placing, 1, 2, 512));
    assert_eq!((row.image.as_str(), row.submitter.as_deref(), row.submitted), ("image:1", Some("admin"), at(0)));

    for (seconds, state) in (1..).zip(GOOD_RUN) {
        fixture.observe([event("T", "TI-1", state, seconds)]).await;
    }
    let row = fixture.row("T").await;
    assert_eq!((row.phase, row.outcome, row.exit_code), (Phase::Ended, Some(Outcome::Successful), Some(0)));
    assert_eq!((row.ended, row.executor_host.as_deref()), (Some(at(6)), Some("exec-1")));
    assert_eq!(fixture.states("T").await, GOOD_RUN);
    assert!(row.transitions.iter().all(|t| t.source == Source::Event && t.event_id.is_some()));
}

#[tokio::test]
async fn facts_come_any_number_of_times_and_in_any_order() {
    let fixture = Fixture::new().await;
    fixture.created("T", 0).await;
    let events = || (1..).zip(GOOD_RUN).map(|(seconds, state)| event("T", "TI-1", state, seconds));
    fixture.observe(events().collect::<Vec<_>>().into_iter().rev()).await;
    let revision = fixture.ledger.revision();
    fixture.observe(events()).await;
    fixture.observe([record("T", "TI-1", "RUNNING", 3)]).await;
    assert_eq!(fixture.states("T").await, GOOD_RUN);
    assert_eq!(fixture.row("T").await.outcome, Some(Outcome::Successful));
    let allocated = fixture.detail("T").await.info.unwrap().core_count();
    assert_eq!(allocated, 2, "an old record still tells what events do not");
    assert_eq!(fixture.ledger.revision(), revision + 1, "events seen before change nothing");
}

#[tokio::test]
async fn a_report_may_come_before_the_answer() {
    let fixture = Fixture::new().await;
    let submission = fixture.create("T", 0).await;
    fixture.observe([event("T", "TI-1", "PROVISIONING", 0)]).await;
    let row = fixture.row("T").await;
    assert_eq!((row.phase, row.submitter.as_deref()), (Phase::Active, Some("admin")));
    fixture.ledger.answer(submission, accepted());
    fixture.ledger.flush().await.unwrap();
    let detail = fixture.detail("T").await;
    assert_eq!((detail.runs.len(), detail.submissions.len()), (1, 1));
    assert_eq!(detail.submissions[0].answer, AnswerKind::Accepted);
}

#[tokio::test]
async fn a_refused_create_is_a_submission_and_no_task() {
    let fixture = Fixture::new().await;
    let submission = fixture.create("T", 0).await;
    fixture.ledger.answer(submission, refused(&["Cluster does not have enough CPU. Required: 2 Available: 0"]));
    fixture.ledger.flush().await.unwrap();
    assert_eq!(fixture.ledger.detail(&key("T"), None).await.unwrap(), None);
    assert_eq!(fixture.ledger.revision(), 0);
    let refusal = fixture.ledger.refused(&key("T")).await.unwrap().unwrap().refusal();
    let words =
        "its CREATE of 2027-01-15 08:00:00 UTC was refused: Cluster does not have enough CPU. Required: 2 Available: 0";
    assert_eq!(refusal, words);
    assert_eq!(fixture.ledger.refused(&key("U")).await.unwrap(), None);
}

#[tokio::test]
async fn accepted_and_silent_for_15_seconds_is_not_placed_with_the_matrix_of_that_moment() {
    let fixture = Fixture::new().await;
    fixture.ledger.set_verdicts(Box::new(|spec| {
        Some(model::fit::Matrix { cores: spec.cores(), at: at(99), ..model::fit::Matrix::default() })
    }));
    for id in ["T", "U"] {
        fixture.created(id, 0).await;
    }
    fixture.observe([caught_up(at(14))]).await;
    let but_for = BTreeSet::from([key("T")]);
    fixture.observe([Observation::CaughtUp { at: at(40), but_for }]).await;
    assert_eq!(fixture.row("T").await.phase, Phase::Placing);
    fixture.observe([caught_up(at(16))]).await;
    let detail = fixture.detail("T").await;
    assert_eq!((detail.row.outcome, detail.row.ended), (Some(Outcome::NotPlaced), Some(at(15))));
    let matrix = detail.matrix.unwrap();
    assert_eq!((matrix.cores, matrix.at), (2, at(15)));
    assert_eq!(detail.id_taken_until, None, "Drove has no record of it");
    let stored = fixture.count("matrix").await;
    assert_eq!(stored, 1, "equal matrices are stored once");

    fixture.observe([event("T", "TI-1", "RUNNING", 20)]).await;
    assert_eq!(fixture.row("T").await.phase, Phase::Active, "a report refutes it");
}

#[tokio::test]
async fn attempts_that_ended_need_no_waiting() {
    let fixture = Fixture::new().await;
    fixture.created("T", 0).await;
    let hint = |seconds| Observation::AttemptsEnded { key: key("T"), at: at(seconds) };
    fixture.observe([hint(0)]).await;
    assert_eq!(fixture.row("T").await.phase, Phase::Placing, "that was about an earlier CREATE of the key");
    fixture.observe([hint(2)]).await;
    assert_eq!(fixture.row("T").await.outcome, Some(Outcome::NotPlaced));

    // The hint may come before the answer.
    let submission = fixture.create("U", 3).await;
    fixture.observe([Observation::AttemptsEnded { key: key("U"), at: at(6) }]).await;
    fixture.ledger.answer(submission, accepted());
    fixture.ledger.flush().await.unwrap();
    assert_eq!(fixture.row("U").await.outcome, Some(Outcome::NotPlaced));
}

#[tokio::test]
async fn a_later_create_of_the_key_ends_the_waiting_of_the_one_before() {
    let fixture = Fixture::new().await;
    fixture.created("T", 0).await;
    fixture.created("T", 3).await;
    let first = fixture.ledger.detail(&key("T"), Some(1)).await.unwrap().unwrap();
    assert_eq!((first.row.outcome, first.runs), (Some(Outcome::NotPlaced), vec![1, 2]));
    fixture.observe([event("T", "TI-1", "RUNNING", 4)]).await;
    let second = fixture.row("T").await;
    assert_eq!((second.run, second.run_to_name(), second.phase), (2, None, Phase::Active));
    let first = fixture.ledger.detail(&key("T"), Some(1)).await.unwrap().unwrap();
    assert_eq!(first.row.run_to_name(), Some(1));
    let fixture = fixture.killed_and_reopened().await;
    fixture.observe([event("T", "TI-1", "STOPPED", 5)]).await;
    fixture.created("T", 9).await;
    let second = fixture.ledger.detail(&key("T"), Some(2)).await.unwrap().unwrap();
    assert_eq!(second.row.run_to_name(), Some(2));
}

#[tokio::test]
async fn a_kill_before_any_record_makes_it_cancelled() {
    let fixture = Fixture::new().await;
    fixture.created("T", 0).await;
    fixture.kill("T", 0, accepted()).await;
    assert!(fixture.row("T").await.kill_pending);
    fixture.observe([Observation::AttemptsEnded { key: key("T"), at: at(0) }]).await;
    let row = fixture.row("T").await;
    assert_eq!((row.outcome, row.kill_pending), (Some(Outcome::Cancelled), false));
}

#[tokio::test]
async fn the_end_of_placing_may_be_known_before_the_answer_to_its_kill() {
    let fixture = Fixture::new().await;
    fixture.created("T", 0).await;
    let intent = Intent { operation: Operation::Kill, ..create_intent("T", 0) };
    let kill = fixture.ledger.intend(intent).await.unwrap();
    fixture.observe([Observation::AttemptsEnded { key: key("T"), at: at(0) }]).await;
    fixture.ledger.answer(kill, accepted());
    fixture.ledger.flush().await.unwrap();
    assert_eq!(fixture.row("T").await.outcome, Some(Outcome::Cancelled));
}

#[tokio::test]
async fn a_kill_is_pending_until_the_run_ends() {
    let fixture = Fixture::new().await;
    fixture.created("T", 0).await;
    fixture.observe([event("T", "TI-1", "PROVISIONING", 1)]).await;
    fixture.kill("T", 2, accepted()).await;
    assert!(fixture.row("T").await.kill_pending);
    fixture.observe([event("T", "TI-1", "RUNNING", 3), event("T", "TI-1", "STOPPED", 4)]).await;
    let detail = fixture.detail("T").await;
    assert!(!detail.row.kill_pending);
    let operations: Vec<_> = detail.submissions.iter().map(|s| (s.operation.as_str(), s.door.clone())).collect();
    assert_eq!(operations, [("CREATE", Door::Api), ("KILL", Door::Page)]);

    let words = ["Either task does not exist or has already finished for APP/T"];
    fixture.kill("T", 5, refused(&words)).await;
    let detail = fixture.detail("T").await;
    assert!(!detail.row.kill_pending);
    assert_eq!(detail.submissions[2].words, words);
}

#[tokio::test]
async fn provisioning_after_running_of_the_same_instance_is_no_restart() {
    let fixture = Fixture::new().await;
    fixture.observe([event("T", "TI-1", "RUNNING", 1)]).await;
    fixture.observe([event("T", "TI-1", "PROVISIONING", 4), event("T", "TI-1", "RUNNING", 14)]).await;
    assert_eq!(fixture.states("T").await, ["RUNNING"]);
    assert_eq!(fixture.detail("T").await.runs, [1]);
}

#[tokio::test]
async fn a_lost_task_may_come_back_and_end_well() {
    let fixture = Fixture::new().await;
    fixture.created("T", 0).await;
    fixture.observe([event("T", "TI-1", "RUNNING", 1), record("T", "TI-1", "LOST", 61)]).await;
    let row = fixture.row("T").await;
    assert_eq!((row.outcome, row.error_message.as_str()), (Some(Outcome::Lost), "Instance lost"));
    fixture.observe([event("T", "TI-1", "RUNNING", 80)]).await;
    let row = fixture.row("T").await;
    assert_eq!((row.phase, row.outcome, row.exit_code, row.error_message.as_str()), (Phase::Active, None, None, ""));
    fixture.observe([event("T", "TI-1", "STOPPED", 90)]).await;
    assert_eq!(fixture.row("T").await.outcome, Some(Outcome::Successful));
    assert_eq!(fixture.states("T").await, ["RUNNING", "LOST", "RUNNING", "STOPPED"]);
}

#[tokio::test]
async fn unknown_is_left_for_whatever_comes() {
    let fixture = Fixture::new().await;
    let states = ["RUNNING", "UNKNOWN", "RUNNING", "STOPPED", "RUNNING"];
    for (seconds, state) in (1..).zip(states) {
        fixture.observe([event("T", "TI-1", state, seconds)]).await;
    }
    assert_eq!(fixture.states("T").await, ["RUNNING", "UNKNOWN", "RUNNING", "STOPPED"]);
}

#[tokio::test]
async fn a_read_bounds_a_transition_until_an_event_tells_it() {
    let fixture = Fixture::new().await;
    fixture.observe([event("T", "TI-1", "PROVISIONING", 1), record("T", "TI-1", "RUNNING", 10)]).await;
    let row = fixture.row("T").await;
    let seen = row.transitions.last().unwrap();
    assert_eq!((seen.source.clone(), seen.at, seen.not_before), (Source::List, at(10), Some(at(1))));
    fixture.observe([event("T", "TI-1", "STARTING", 2), event("T", "TI-1", "RUNNING", 3)]).await;
    let row = fixture.row("T").await;
    let told: Vec<_> = row.transitions.iter().map(|t| (t.state.as_str(), t.at, t.source.clone())).collect();
    assert_eq!(
        told,
        [("PROVISIONING", at(1), Source::Event), ("STARTING", at(2), Source::Event), ("RUNNING", at(3), Source::Event)]
    );
}

#[tokio::test]
async fn a_record_that_goes_away_ends_the_run_until_it_is_reported_again() {
    let fixture = Fixture::new().await;
    fixture.observe([event("T", "TI-1", "RUNNING", 1)]).await;
    fixture.observe([Observation::NoRecord { key: key("T"), at: at(5) }]).await;
    let row = fixture.row("T").await;
    assert_eq!((row.outcome, row.ended), (Some(Outcome::Unclear), Some(at(5))));
    fixture.observe([event("T", "TI-1", "RUNNING", 13)]).await;
    assert_eq!(fixture.row("T").await.phase, Phase::Active);

    fixture.observe([event("T", "TI-1", "STOPPED", 20)]).await;
    assert_eq!(fixture.detail("T").await.id_taken_until, Some(at(20 + 3600)));
    fixture.observe([Observation::NoRecord { key: key("T"), at: at(30) }]).await;
    let detail = fixture.detail("T").await;
    assert_eq!((detail.row.outcome, detail.id_taken_until), (Some(Outcome::Successful), None));
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_reading_back() {
    let fixture = Fixture::new().await;
    for id in ["OURS", "THEIRS", "NOBODYS"] {
        let submission = fixture.create(id, 0).await;
        fixture.ledger.answer(submission, Answer::unknown());
    }
    fixture.ledger.flush().await.unwrap();
    assert_eq!(fixture.row("OURS").await.phase, Phase::OutcomeUnknown);
    fixture.observe([record("OURS", "TI-1", "RUNNING", 2)]).await;
    let detail = fixture.detail("OURS").await;
    assert_eq!((detail.row.phase, detail.row.run), (Phase::Active, 1));
    assert_eq!(detail.submissions[0].answer, AnswerKind::Accepted);

    let mut other = info("THEIRS", "TI-2", "RUNNING", 2);
    other.env = None;
    fixture.observe([Observation::Record { info: Box::new(other), source: Source::Instance }]).await;
    let detail = fixture.detail("THEIRS").await;
    assert_eq!((detail.runs, detail.row.submitter), (vec![1, 2], None), "its spec is not ours");

    fixture.observe([caught_up(at(60))]).await;
    assert_eq!(fixture.row("NOBODYS").await.phase, Phase::OutcomeUnknown, "silence settles nothing");
    fixture.observe([Observation::NoRecord { key: key("NOBODYS"), at: at(16) }]).await;
    assert_eq!(fixture.row("NOBODYS").await.outcome, Some(Outcome::NotPlaced));
}

#[tokio::test]
async fn a_refusal_hands_a_run_back_to_whoever_created_it() {
    let fixture = Fixture::new().await;
    let submission = fixture.create("T", 0).await;
    fixture.observe([event("T", "TI-1", "RUNNING", 1)]).await;
    fixture.ledger.answer(submission, refused(&["Task already exists for APP/T with taskID: APP-T"]));
    fixture.ledger.flush().await.unwrap();
    assert_eq!(fixture.row("T").await.submitter, None);
}

#[tokio::test]
async fn secrets_of_a_spec_are_not_kept_and_named() {
    let fixture = Fixture::new().await;
    fixture.created("T", 0).await;
    let detail = fixture.detail("T").await;
    assert_eq!(detail.withheld, ["/configs/0/data"]);
    let kept = detail.spec.unwrap();
    assert_eq!((kept["env"]["A"].as_str(), kept["configs"][0]["data"].as_str()), (Some("1"), Some("")));
}

#[tokio::test]
async fn gaps_are_shown_on_the_runs_they_overlap() {
    let fixture = Fixture::new().await;
    fixture.created("T", 10).await;
    fixture.set_time(40);
    let gap = |from, to| Gap { from: at(from), to: at(to), reason: "the leader changed".to_owned() };
    fixture.observe([Observation::Gap(gap(0, 5)), Observation::Gap(gap(20, 30))]).await;
    assert_eq!(fixture.detail("T").await.gaps, [gap(20, 30)]);
}

#[tokio::test]
async fn a_withdrawn_intent_leaves_nothing() {
    let fixture = Fixture::new().await;
    let submission = fixture.create("T", 0).await;
    fixture.ledger.withdraw(submission);
    fixture.ledger.flush().await.unwrap();
    let left = fixture.count("submission").await;
    assert_eq!(left, 0);
}

#[tokio::test]
async fn deleting_the_metadata_of_an_ended_task_frees_its_id_at_once() {
    let fixture = Fixture::new().await;
    fixture.created("T", 0).await;
    fixture.observe([event("T", "TI-1", "STOPPED", 3)]).await;
    assert!(fixture.detail("T").await.id_taken_until.is_some());
    let delete = |id: &str| Intent { operation: Operation::Delete, ..create_intent(id, 5) };
    let refused_one = fixture.ledger.intend(delete("T")).await.unwrap();
    fixture.ledger.answer(refused_one, refused(&["Could not delete APP/T"]));
    fixture.ledger.flush().await.unwrap();
    assert!(fixture.detail("T").await.id_taken_until.is_some());

    let submission = fixture.ledger.intend(delete("T")).await.unwrap();
    fixture.ledger.answer(submission, accepted());
    fixture.ledger.flush().await.unwrap();
    let detail = fixture.detail("T").await;
    assert_eq!((detail.id_taken_until, detail.submissions.len()), (None, 3));
    assert_eq!(detail.submissions[2].operation, "DELETE");
}

#[tokio::test]
async fn operations_on_the_cluster_are_recorded_and_are_about_no_task() {
    let fixture = Fixture::new().await;
    let intent =
        Intent { key: TaskKey::default(), operation: Operation::Cluster("SET_MAINTENANCE"), ..create_intent("T", 0) };
    let answered = fixture.ledger.intend(intent.clone()).await.unwrap();
    fixture.ledger.answer(answered, accepted());
    fixture.ledger.flush().await.unwrap();
    fixture.ledger.intend(intent).await.unwrap();
    // The answer of the second one is lost with the process.
    let fixture = fixture.killed_and_reopened().await;
    assert_eq!((fixture.count("submission").await, fixture.ledger.revision()), (2, 0));
}
