use super::*;
use crate::{Source, TaskKey, Transition, timeline};

fn row(phase: Phase, states: &[(TaskState, i64)]) -> TaskRow {
    TaskRow {
        run_id: 1,
        key: TaskKey::new("APP", "T-1"),
        run: 1,
        phase,
        state: states.last().map(|(state, _)| state.clone()),
        cores: 1,
        memory_mb: 64,
        transitions: states
            .iter()
            .map(|(state, at)| Transition::new(state.clone(), Timestamp(*at), Source::Event))
            .collect(),
        revision: 1,
        ..TaskRow::default()
    }
}

const REAL: ClusterTraits = ClusterTraits { kill_before_running: false };
const EMBEDDED: ClusterTraits = ClusterTraits { kill_before_running: true };

fn told(row: &TaskRow, now: i64) -> String {
    told_of(row, now, Some(&AnswerKind::Accepted), EMBEDDED)
}

fn told_of(row: &TaskRow, now: i64, create: Option<&AnswerKind>, traits: ClusterTraits) -> String {
    let now = Timestamp(now);
    let segments = timeline::segments(row, now);
    let story = Story {
        row,
        segments: &segments,
        executor: Some("exec-3"),
        out_of_memory: false,
        spec_known: true,
        create,
        traits,
        now,
        clock: &|at| format!("{} s", at.millis() / 1_000),
    };
    story.tell().into_iter().map(|p| if p.tone == Tone::Strong { format!("*{}*", p.text) } else { p.text }).collect()
}

const START: &[(TaskState, i64)] =
    &[(TaskState::Provisioning, 1_200), (TaskState::Starting, 15_200), (TaskState::Running, 16_100)];

fn then(more: &[(TaskState, i64)]) -> Vec<(TaskState, i64)> {
    START.iter().chain(more).cloned().collect()
}

#[test]
fn a_running_task() {
    assert_eq!(
        told(&row(Phase::Active, START), 149_100),
        "Waited *1.2 s* for placement, pulled the image in *14 s*, started in *0.9 s*, and has been running on \
         *exec-3* for *2m 13s*."
    );
}

#[test]
fn the_ways_to_end() {
    let ended = |outcome, exit_code| TaskRow {
        outcome: Some(outcome),
        exit_code,
        ended: Some(Timestamp(46_000)),
        ..row(Phase::Ended, &then(&[(TaskState::RunCompleted, 45_500), (TaskState::Stopped, 46_000)]))
    };
    let common = "Waited *1.2 s* for placement, pulled the image in *14 s*, started in *0.9 s*, ran on *exec-3* for *29 s*, and ";
    assert_eq!(told(&ended(Outcome::Successful, Some(0)), 99_000), format!("{common}*succeeded*."));
    assert_eq!(told(&ended(Outcome::Failed, Some(3)), 99_000), format!("{common}*failed with exit code 3*."));
    assert_eq!(told(&ended(Outcome::Cancelled, Some(-1)), 99_000), format!("{common}*was killed*."));
}

#[test]
fn a_pull_that_failed() {
    let row = TaskRow {
        outcome: Some(Outcome::PullFailed),
        ended: Some(Timestamp(9_000)),
        ..row(
            Phase::Ended,
            &[
                (TaskState::Provisioning, 800),
                (TaskState::ProvisioningFailed, 7_200),
                (TaskState::Deprovisioning, 7_500),
                (TaskState::Stopped, 8_000),
            ],
        )
    };
    assert_eq!(
        told(&row, 99_000),
        "Waited *0.8 s* for placement, tried for *6.4 s* to pull the image on *exec-3*, and *never ran*."
    );
}

#[test]
fn what_no_executor_reported() {
    assert_eq!(told(&row(Phase::Placing, &[]), 3_000), "Has been waiting for placement for *3.0 s*.");
    let unknown = told(&row(Phase::OutcomeUnknown, &[]), 3_000);
    assert_eq!(unknown, "The answer was lost. Reading the task back; nothing is sent again.");
    let not_placed =
        TaskRow { outcome: Some(Outcome::NotPlaced), ended: Some(Timestamp(15_000)), ..row(Phase::Ended, &[]) };
    assert_eq!(
        told(&not_placed, 99_000),
        "Drove accepted this task at *0 s* and no executor ever reported it. Drove tries three times, a second apart, \
         then *forgets the task without a trace*. What you see here is this dashboard’s own record of the submission."
    );
}

#[test]
fn what_was_never_answered_was_not_accepted() {
    let not_placed =
        TaskRow { outcome: Some(Outcome::NotPlaced), ended: Some(Timestamp(15_000)), ..row(Phase::Ended, &[]) };
    let told = told_of(&not_placed, 99_000, Some(&AnswerKind::Unknown), REAL);
    assert!(told.starts_with("The answer to the submission of *0 s* was *lost*, and no executor"), "{told}");
    assert!(!told.contains("accepted"), "{told}");
}

#[test]
fn what_becomes_of_a_kill_depends_on_the_cluster() {
    let early = TaskRow { kill_pending: true, ..row(Phase::Active, &START[..1]) };
    let told = |row: &TaskRow, traits| told_of(row, 9_000, None, traits);
    assert!(told(&early, EMBEDDED).ends_with("The kill is kept and carried out as soon as it runs."));
    let real = told(&early, REAL);
    assert!(real.contains("Drove *loses such kills*") && !real.contains("kept"), "{real}");
    let lost = TaskRow { kill: Some(AnswerKind::Unknown), ..row(Phase::Active, START) };
    assert!(told(&lost, REAL).contains("The answer to a kill was *lost*"));
    let over = TaskRow { phase: Phase::Ended, outcome: Some(Outcome::Successful), ..lost };
    assert!(!told(&over, REAL).contains("kill"));
}

#[test]
fn doubts_are_added() {
    let mut lost = row(Phase::Active, &then(&[(TaskState::Lost, 80_000), (TaskState::Running, 90_000)]));
    lost.unmanaged = true;
    assert!(told(&lost, 99_000).ends_with(
        "Was reported lost at *80 s*, came back at *90 s*. Drove *no longer manages this run* and refuses to kill it: see Outcome."
    ));
    let mut pending = row(Phase::Active, &START[..1]);
    pending.kill_pending = true;
    assert!(told(&pending, 9_000).ends_with("The kill is kept and carried out as soon as it runs."));
    let strange = row(Phase::Active, &[(TaskState::Other("HIBERNATING".into()), 500)]);
    assert!(told(&strange, 9_000).contains("is in the state *HIBERNATING*, which this page does not know."));
}

#[test]
fn a_length_with_an_uncertain_end_is_about_right() {
    let mut row = row(Phase::Active, &[(TaskState::Provisioning, 1_000), (TaskState::Starting, 5_000)]);
    row.transitions[1].source = Source::List;
    row.transitions[1].not_before = Some(Timestamp(3_000));
    assert!(told(&row, 9_000).contains("pulled the image in *about 3.0 s*"));
}

#[test]
fn says_once_that_a_container_could_not_be_started() {
    let row = TaskRow {
        outcome: Some(Outcome::StartFailed),
        exit_code: Some(-1),
        ended: Some(Timestamp(17_000)),
        ..row(
            Phase::Ended,
            &[
                (TaskState::Provisioning, 1_200),
                (TaskState::Starting, 15_200),
                (TaskState::RunFailed, 15_240),
                (TaskState::Stopped, 17_000),
            ],
        )
    };
    assert_eq!(
        told(&row, 99_000),
        "Waited *1.2 s* for placement, pulled the image in *14 s*, and *could not be started*."
    );
}

#[test]
fn a_run_that_was_out_of_sight_ran_once() {
    let row = TaskRow {
        outcome: Some(Outcome::Successful),
        exit_code: Some(0),
        ended: Some(Timestamp(91_000)),
        ..row(
            Phase::Ended,
            &then(&[
                (TaskState::Unknown, 40_100),
                (TaskState::Running, 50_100),
                (TaskState::RunCompleted, 90_100),
                (TaskState::Stopped, 91_000),
            ]),
        )
    };
    assert_eq!(
        told(&row, 99_000),
        "Waited *1.2 s* for placement, pulled the image in *14 s*, started in *0.9 s*, ran on *exec-3* for \
         *about 1m 14s*, and *succeeded*."
    );
}

#[test]
fn a_failure_without_an_exit_code_names_none() {
    let row = TaskRow {
        outcome: Some(Outcome::Failed),
        exit_code: Some(-1),
        ended: Some(Timestamp(46_000)),
        ..row(Phase::Ended, &then(&[(TaskState::RunCompleted, 45_500), (TaskState::Stopped, 46_000)]))
    };
    assert!(told(&row, 99_000).ends_with("and *failed* without an exit code."));
}

#[test]
fn names_a_run_that_is_listed_no_longer_and_a_record_that_differs() {
    let running = row(Phase::Active, &[(TaskState::Running, 1_000)]);
    let unlisted = TaskRow { unlisted: true, ..running.clone() };
    assert!(told(&unlisted, 9_000).contains("Drove *no longer lists this run*: being checked."));
    let left = TaskRow { phase: Phase::Ended, outcome: Some(Outcome::Lost), ended: Some(Timestamp(8_000)), ..running };
    assert!(told(&left, 9_000).contains("was *lost* with its executor."), "{}", told(&left, 9_000));
    let ended = row(Phase::Ended, &[(TaskState::Running, 1_000), (TaskState::Stopped, 4_000)]);
    let rewritten = TaskRow { outcome: Some(Outcome::Successful), record_says: Some(TaskState::Lost), ..ended };
    assert!(told(&rewritten, 9_000).contains("Drove’s record says *Lost*: see Outcome."));
}

#[test]
fn a_run_that_was_lost_and_came_back_ran_once() {
    let states = [(TaskState::Running, 0), (TaskState::Lost, 70_000), (TaskState::Running, 100_000)];
    let gap = crate::Gap { from: Timestamp(120_000), to: Timestamp(130_000), reason: String::new() };
    let row = row(Phase::Active, &states);
    let segments = timeline::segments_with_gaps(&row, &[gap], Timestamp(200_000));
    let story = Story {
        row: &row,
        segments: &segments,
        executor: None,
        out_of_memory: false,
        spec_known: true,
        create: None,
        traits: REAL,
        now: Timestamp(200_000),
        clock: &|at| at.to_string(),
    };
    let text: String = story.tell().into_iter().map(|phrase| phrase.text).collect();
    assert!(text.starts_with("Has been running for about 3m 20s. Was reported lost at "), "{text}");
}
