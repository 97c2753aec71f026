use super::*;
use crate::{BegunBy, TaskKey};

fn row(phase: Phase, transitions: Vec<Transition>) -> TaskRow {
    TaskRow {
        run_id: 1,
        key: TaskKey::new("APP", "T-1"),
        run: 1,
        phase,
        state: transitions.last().map(|t| t.state.clone()),
        cores: 1,
        memory_mb: 64,
        submitted: Timestamp(1_000),
        updated: Timestamp(1_000),
        transitions,
        revision: 1,
        ..TaskRow::default()
    }
}

fn event(state: TaskState, at: i64) -> Transition {
    Transition { event_id: Some("e".into()), ..Transition::new(state, Timestamp(at), Source::Event) }
}

fn listed(state: TaskState, not_before: i64, at: i64) -> Transition {
    Transition { not_before: Some(Timestamp(not_before)), ..Transition::new(state, Timestamp(at), Source::List) }
}

/// `Placing 1000-1200 inferred`, one line a segment.
fn drawn(segments: &[Segment]) -> Vec<String> {
    segments
        .iter()
        .map(|s| {
            let to = s.to.map_or_else(String::new, |t| t.to_string());
            format!("{} {}-{to} {}", s.state.label(), s.from, s.certainty.label())
        })
        .collect()
}

#[test]
fn a_running_task_grows() {
    let row = row(
        Phase::Active,
        vec![
            event(TaskState::Provisioning, 1_200),
            event(TaskState::Starting, 2_000),
            event(TaskState::Running, 2_300),
        ],
    );
    let line = segments(&row, Timestamp(9_000));
    assert_eq!(
        drawn(&line),
        [
            "Placing 1000-1200 inferred",
            "Provisioning 1200-2000 observed",
            "Starting 2000-2300 observed",
            "Running 2300- observed"
        ]
    );
    assert_eq!(line[3].length(Timestamp(9_000)), Duration::from_millis(6_700));
    assert_eq!(line[3].event_id.as_deref(), Some("e"));
}

#[test]
fn a_listed_state_begins_in_the_middle_of_what_is_possible() {
    let row =
        row(Phase::Active, vec![event(TaskState::Provisioning, 1_200), listed(TaskState::Starting, 2_000, 3_000)]);
    let line = segments(&row, Timestamp(9_000));
    assert_eq!(drawn(&line)[1..], ["Provisioning 1200-2500 observed", "Starting 2500- inferred"]);
    assert_eq!(line[2].error, Duration::from_millis(500));
}

#[test]
fn what_a_run_must_have_passed_is_drawn_as_not_seen() {
    let row = row(Phase::Active, vec![listed(TaskState::Running, 2_000, 3_000)]);
    assert_eq!(
        drawn(&segments(&row, Timestamp(9_000))),
        [
            "Placing 1000-2000 inferred",
            "Provisioning 2000-2500 not seen",
            "Starting 2500-3000 not seen",
            "Running 3000- inferred"
        ]
    );
}

#[test]
fn a_task_that_was_known_before_it_was_submitted_here_has_no_placing() {
    let mut row = row(Phase::Active, vec![event(TaskState::Running, 900)]);
    row.submitted = Timestamp(950);
    assert_eq!(drawn(&segments(&row, Timestamp(2_000))), ["Running 900- observed"]);
}

#[test]
fn every_run_that_is_over_ends_with_a_final_segment() {
    let mut not_placed = row(Phase::Ended, vec![]);
    not_placed.outcome = Some(Outcome::NotPlaced);
    not_placed.ended = Some(Timestamp(16_000));
    assert_eq!(
        drawn(&segments(&not_placed, Timestamp(99_000))),
        ["Placing 1000-16000 not seen", "Not placed 16000- inferred"]
    );

    let mut stopped = row(Phase::Ended, vec![event(TaskState::Running, 1_500), event(TaskState::Stopped, 2_000)]);
    stopped.submitted = Timestamp(1_500);
    assert_eq!(
        drawn(&segments(&stopped, Timestamp(99_000))),
        [
            "Running 1500-2000 observed",
            "Run completed 2000-2000 not seen",
            "Deprovisioning 2000-2000 not seen",
            "Stopped 2000- observed"
        ]
    );

    let mut vanished = row(Phase::Ended, vec![event(TaskState::Running, 1_500)]);
    vanished.ended = Some(Timestamp(4_000));
    let line = segments(&vanished, Timestamp(99_000));
    assert_eq!(drawn(&line).last().map(String::as_str), Some("Ended 4000- inferred"));
    assert!(line.last().is_some_and(|last| last.state.is_final()));
}

#[test]
fn a_gap_is_cut_out_and_the_state_continues_after_it() {
    let row = row(Phase::Active, vec![event(TaskState::Running, 1_000)]);
    let gap = Gap { from: Timestamp(2_000), to: Timestamp(3_000), reason: "The leader changed.".into() };
    let line = segments_with_gaps(&row, &[gap], Timestamp(9_000));
    assert_eq!(drawn(&line), ["Running 1000-2000 observed", "Running 2000-3000 not seen", "Running 3000- observed"]);
    assert_eq!(line.iter().map(|s| s.continued).collect::<Vec<_>>(), [false, true, true]);
    let running = SegmentState::State(TaskState::Running);
    assert_eq!(time_in(&line, &running, Timestamp(9_000)), Duration::from_secs(8));
}

#[test]
fn a_gap_that_lasts_until_now_leaves_the_last_segment_open() {
    let row = row(Phase::Active, vec![event(TaskState::Running, 1_000)]);
    let gap = Gap { from: Timestamp(2_000), to: Timestamp(9_000), reason: "No answer.".into() };
    let line = segments_with_gaps(&row, &[gap], Timestamp(9_000));
    assert_eq!(drawn(&line), ["Running 1000-2000 observed", "Running 2000- not seen"]);
}

#[test]
fn back_from_lost_and_unknown_states_are_segments_like_others() {
    let row = row(
        Phase::Active,
        vec![
            event(TaskState::Running, 1_000),
            event(TaskState::Lost, 61_000),
            event(TaskState::Running, 90_000),
            event(TaskState::Other("HIBERNATING".into()), 95_000),
        ],
    );
    assert_eq!(
        drawn(&segments(&row, Timestamp(99_000))),
        [
            "Running 1000-61000 observed",
            "Lost 61000-90000 observed",
            "Running 90000-95000 observed",
            "HIBERNATING 95000- observed"
        ]
    );
}

#[test]
fn a_repeated_report_begins_nothing() {
    let row = row(Phase::Active, vec![event(TaskState::Running, 1_000), listed(TaskState::Running, 2_000, 3_000)]);
    assert_eq!(segments(&row, Timestamp(9_000)).len(), 1);
}

#[test]
fn the_executor_dates_states_whose_events_came_late() {
    let by = |at, source| Some(BegunBy { at: Timestamp(at), source });
    let row = row(
        Phase::Active,
        vec![
            Transition { begun_by: by(1_500, Source::Inferred), ..event(TaskState::Provisioning, 33_600) },
            Transition { begun_by: by(1_500, Source::Log), ..event(TaskState::Running, 33_700) },
        ],
    );
    let line = segments(&row, Timestamp(40_000));
    assert_eq!(
        drawn(&line),
        [
            "Placing 1000-1250 inferred",
            "Provisioning 1250-1500 inferred",
            "Starting 1500-1500 not seen",
            "Running 1500- observed"
        ]
    );
    assert_eq!((line[3].source.clone(), line[3].event_id.as_deref()), (Some(Source::Log), Some("e")));
}

#[test]
fn events_that_repeat_a_state_belong_to_its_segment() {
    let repeat = Repeat { state: TaskState::Running, at: Timestamp(5_000), event_id: Some("again".into()) };
    let row =
        row(Phase::Active, vec![Transition { repeats: vec![repeat.clone()], ..event(TaskState::Running, 2_000) }]);
    let gap = Gap { from: Timestamp(3_000), to: Timestamp(4_000), reason: String::new() };
    let line = segments_with_gaps(&row, &[gap], Timestamp(9_000));
    assert_eq!(line.iter().flat_map(|segment| segment.repeats.clone()).collect::<Vec<_>>(), [repeat]);
}

/// Segments touch: whatever the reports, each begins where the one before ends.
#[test]
fn segments_have_no_holes_and_never_run_backwards() {
    let states = TaskState::ALL;
    for seed in 0..400usize {
        let mut at = 1_000;
        let transitions = (0..6)
            .map(|n| {
                let pick = seed.wrapping_mul(31).wrapping_add(n * 17) % states.len();
                at += i64::try_from((seed * 7 + n * 13) % 900).unwrap();
                match (seed + n) % 3 {
                    0 => event(states[pick].clone(), at),
                    1 => listed(states[pick].clone(), at - 400, at),
                    _ => Transition { not_before: None, ..listed(states[pick].clone(), 0, at) },
                }
            })
            .collect();
        let row = row(Phase::Active, transitions);
        let gap = Gap { from: Timestamp(1_300), to: Timestamp(2_100), reason: String::new() };
        let line = segments_with_gaps(&row, &[gap], Timestamp(at + 1_000));
        for pair in line.windows(2) {
            assert_eq!(pair[0].to, Some(pair[1].from), "seed {seed}");
            assert!(pair[0].from <= pair[1].from, "seed {seed}");
        }
        assert_eq!(line.last().unwrap().to, None);
    }
}
