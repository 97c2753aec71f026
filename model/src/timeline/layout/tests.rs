use super::*;
use crate::timeline::Certainty;

fn line(parts: &[(SegmentState, i64)]) -> Vec<Segment> {
    let mut segments: Vec<Segment> = parts
        .iter()
        .map(|(state, from)| Segment {
            state: state.clone(),
            from: Timestamp(*from),
            to: None,
            certainty: Certainty::Observed,
            error: Duration::ZERO,
            continued: false,
            source: Some(crate::Source::Event),
            event_id: None,
            repeats: Vec::new(),
        })
        .collect();
    for n in 1..segments.len() {
        segments[n - 1].to = Some(segments[n].from);
    }
    segments
}

fn state(state: TaskState) -> SegmentState {
    SegmentState::State(state)
}

fn short_then_running() -> Vec<Segment> {
    line(&[
        (SegmentState::Placing, 0),
        (state(TaskState::Provisioning), 300),
        (state(TaskState::Starting), 20_000),
        (state(TaskState::Running), 20_900),
    ])
}

#[test]
fn places_are_to_scale_and_leave_room_ahead() {
    let segments = short_then_running();
    let laid = layout(&segments, Scale::ToScale, Timestamp(100_000)).unwrap();
    assert_eq!(laid.now.map(f64::round), Some(93.0));
    assert!((laid.places[1].span - 19.7 * 0.93).abs() < 0.01);
    assert_eq!(laid.places.iter().map(|p| p.roomy).collect::<Vec<_>>(), [false, true, false, true]);
    assert_eq!(laid.places[2].even_from, 50.0);
    for pair in laid.places.windows(2) {
        assert!(pair[0].from <= pair[1].from);
    }
}

#[test]
fn what_is_over_ends_at_the_edge() {
    let mut segments = short_then_running();
    segments.extend(line(&[(state(TaskState::Stopped), 40_000)]));
    segments[3].to = Some(Timestamp(40_000));
    let laid = layout(&segments, Scale::ToScale, Timestamp(900_000)).unwrap();
    let end = laid.places[4];
    assert_eq!(laid.now, None);
    assert!((end.from + end.span - 100.0).abs() < 0.01);
    assert!((end.span - 12.0).abs() < 0.01);
}

#[test]
fn near_marks_are_gathered_only_where_they_are_near() {
    let segments = short_then_running();
    let scaled = layout(&segments, Scale::ToScale, Timestamp(100_000)).unwrap();
    assert_eq!(scaled.marks.iter().map(|m| m.segments.clone()).collect::<Vec<_>>(), [vec![0, 1], vec![2, 3]]);
    let even = layout(&segments, Scale::Even, Timestamp(100_000)).unwrap();
    assert_eq!(even.marks.len(), 4);
}

#[test]
fn callouts_that_would_overlap_stand_on_different_levels() {
    let segments = line(&[
        (SegmentState::Placing, 0),
        (state(TaskState::Provisioning), 200),
        (state(TaskState::Starting), 400),
        (state(TaskState::Running), 600),
    ]);
    let laid = layout(&segments, Scale::ToScale, Timestamp(100_000)).unwrap();
    assert_eq!(laid.callouts.iter().map(|c| c.level).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(laid.levels, 3);
    let late = line(&[
        (state(TaskState::Running), 0),
        (state(TaskState::RunCompleted), 99_000),
        (state(TaskState::Deprovisioning), 99_200),
        (state(TaskState::Stopped), 99_400),
    ]);
    let laid = layout(&late, Scale::ToScale, Timestamp(100_000)).unwrap();
    assert!(laid.callouts.iter().all(|c| c.right_aligned));
    assert_eq!(laid.callouts.iter().map(|c| c.level).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn no_line_crosses_a_text() {
    for (provisioning, failed) in (0..100).flat_map(|a| (0..40).map(move |b| (a, b))) {
        let segments = line(&[
            (SegmentState::Placing, 0),
            (state(TaskState::Provisioning), 30),
            (state(TaskState::ProvisioningFailed), 40 + 10 * provisioning),
            (state(TaskState::Deprovisioning), 40 + 10 * provisioning + 5 * failed),
            (state(TaskState::Stopped), 1_300),
        ]);
        let laid = layout(&segments, Scale::ToScale, Timestamp(2_000)).unwrap();
        for (line, text) in laid.callouts.iter().flat_map(|a| laid.callouts.iter().map(move |b| (a, b))) {
            let width = width_of(&callout_width(&segments[text.segment], Timestamp(2_000)));
            let (left, right) =
                if text.right_aligned { (text.at - width, text.at) } else { (text.at, text.at + width) };
            let crosses = text.level < line.level && left < line.at - 0.01 && line.at + 0.01 < right;
            assert!(!crosses, "{provisioning} {failed}: {line:?} crosses {text:?}");
        }
    }
}

#[test]
fn a_timeline_that_is_almost_all_running_opens_evenly() {
    let segments = line(&[(SegmentState::Placing, 0), (state(TaskState::Running), 2_000)]);
    assert_eq!(crowded(&segments, Timestamp(10_000)), None);
    assert_eq!(crowded(&segments, Timestamp(266_400_000)).as_deref(), Some("Running is 99.9 % of 3d 2h"));
    assert_eq!(crowded(&line(&[(state(TaskState::Running), 0)]), Timestamp(9_000)), None);
    assert_eq!(layout(&[], Scale::Even, Timestamp(0)), None);
}
