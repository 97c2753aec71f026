//! Segments -> places on an axis, in percent of its width. What needs a font to be exact (does a label fit?) is guessed
//! from the number of letters: the same everywhere, and testable.

use super::{Segment, SegmentState, time_in};
use crate::{TaskState, Timestamp, format_span};
use std::time::Duration;

/// How widths are given to segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// By duration.
    #[default]
    ToScale,
    /// The same for all: what is short can be seen.
    Even,
}

/// Percent of the width that a letter takes, and what stands around a label (measured at 60 rem).
const LETTER: f64 = 0.72;
const AROUND: f64 = 1.8;
/// Narrower segments could not be seen.
const NARROWEST: f64 = 0.3;
/// Marks nearer than this become one: each needs 24 px to be hit.
const MARK: f64 = 2.5;
/// Beyond this, texts are right-aligned.
const RIGHT: f64 = 80.0;
/// Empty space behind what goes on, and the width of a final state, as parts of the whole.
const AHEAD: f64 = 0.07;
const END: f64 = 0.12;
/// Below this part of the whole, all states but RUNNING can hardly be seen to scale.
const CROWDED: f64 = 0.15;

/// Percent of the width that an axis label of `letters` letters needs, with room for narrower screens.
pub(super) fn label_span(letters: usize) -> f64 {
    width_of(&letters) * 1.3
}

impl Layout {
    /// Where a time stands on the axis, 0 to 100 percent.
    pub fn share(&self, at: Timestamp) -> f64 {
        let whole = self.to.since(self.from).as_secs_f64().max(f64::MIN_POSITIVE);
        (at.since(self.from).as_secs_f64() / whole * 100.0).clamp(0.0, 100.0)
    }
}

/// Where everything stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Times at both ends of the axis.
    pub from: Timestamp,
    /// See `from`.
    pub to: Timestamp,
    /// Where `now` stands, while the run goes on.
    pub now: Option<f64>,
    /// One for each segment, in order.
    pub places: Vec<Place>,
    /// Labels of segments that are too narrow for them.
    pub callouts: Vec<Callout>,
    /// Number of levels the callouts need.
    pub levels: u32,
    /// Changes of state, near ones gathered.
    pub marks: Vec<Mark>,
}

/// Place of a segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Left edge, to scale.
    pub from: f64,
    /// Width, to scale.
    pub span: f64,
    /// Left edge, evenly.
    pub even_from: f64,
    /// Width, evenly.
    pub even_span: f64,
    /// Its label fits into it, to scale.
    pub roomy: bool,
}

/// A label with a line down to its segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Callout {
    /// Index of the segment.
    pub segment: usize,
    /// Where its line stands.
    pub at: f64,
    /// From 1, the lowest.
    pub level: u32,
    /// The text stands left of its line.
    pub right_aligned: bool,
}

/// One or more changes of state that stand too near to be told apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Where it stands.
    pub at: f64,
    /// Indexes of the segments that begin here.
    pub segments: Vec<usize>,
}

/// Lays out `segments` as they are at `now`; nothing for no segments.
pub fn layout(segments: &[Segment], scale: Scale, now: Timestamp) -> Option<Layout> {
    let first = segments.first()?.from;
    let last = segments.last()?;
    let over = last.state.is_final();
    let reached = if over { last.from } else { now.max(last.from) };
    let lived = millis(reached.since(first)).max(1.0);
    let whole = lived / (1.0 - if over { END } else { AHEAD });
    let at = |time: Timestamp| millis(time.since(first)) / whole * 100.0;

    let even = 100.0 / f64::from(u32::try_from(segments.len()).unwrap_or(u32::MAX));
    let places: Vec<Place> = segments
        .iter()
        .enumerate()
        .map(|(n, segment)| {
            let from = at(segment.from);
            let to = match segment.to {
                Some(to) => at(to),
                None if over => 100.0,
                None => at(reached),
            };
            let span = (to - from).max(NARROWEST);
            Place {
                from,
                span,
                even_from: even * f64::from(u32::try_from(n).unwrap_or(u32::MAX)),
                even_span: even,
                roomy: span >= width_of(&label_width(segment, now)),
            }
        })
        .collect();

    let mark_at = |n: usize| if scale == Scale::Even { places[n].even_from } else { places[n].from };
    let mut marks: Vec<Mark> = Vec::new();
    for (n, _) in segments.iter().enumerate().filter(|(_, s)| !s.continued && s.source.is_some()) {
        match marks.last_mut() {
            Some(near) if mark_at(n) - near.at < MARK => near.segments.push(n),
            _ => marks.push(Mark { at: mark_at(n), segments: vec![n] }),
        }
    }

    let callouts = callouts(segments, &places, now);
    Some(Layout {
        from: first,
        to: first + Duration::from_millis(whole as u64),
        now: (!over).then(|| at(reached)),
        levels: callouts.iter().map(|c| c.level).max().unwrap_or(0),
        places,
        callouts,
        marks,
    })
}

/// Why a timeline had better open with even widths, if it had: `Running is 99.9 % of 3d 2h`.
pub fn crowded(segments: &[Segment], now: Timestamp) -> Option<String> {
    let (first, last) = (segments.first()?, segments.last()?);
    let whole = if last.state.is_final() { last.from } else { now }.since(first.from);
    let running = time_in(segments, &SegmentState::State(TaskState::Running), now);
    let part = millis(running) / millis(whole).max(1.0);
    let others = segments.iter().filter(|s| s.state != SegmentState::State(TaskState::Running)).count();
    (others > 0 && part > 1.0 - CROWDED)
        .then(|| format!("Running is {:.1} % of {}", (part * 100.0).min(99.9), format_span(whole)))
}

fn callouts(segments: &[Segment], places: &[Place], now: Timestamp) -> Vec<Callout> {
    let mut spans: Vec<(Callout, f64, f64)> = segments
        .iter()
        .zip(places)
        .enumerate()
        .filter(|(_, (segment, place))| !place.roomy && !segment.continued)
        .map(|(n, (segment, place))| {
            let width = width_of(&callout_width(segment, now));
            let right_aligned = place.from > RIGHT;
            let (left, right) =
                if right_aligned { (place.from - width, place.from) } else { (place.from, place.from + width) };
            (Callout { segment: n, at: place.from, level: 0, right_aligned }, left, right)
        })
        .collect();
    turn_crossed(&mut spans);
    // A line must not cross a text: of two texts that overlap, the one that the other's line runs into stands higher.
    let order: Vec<usize> = (0..spans.len())
        .rev()
        .filter(|n| !spans[*n].0.right_aligned)
        .chain((0..spans.len()).filter(|n| spans[*n].0.right_aligned))
        .collect();
    for n in order {
        let (left, right) = (spans[n].1, spans[n].2);
        let below =
            spans.iter().filter(|(c, l, r)| c.level > 0 && *l < right && left < *r).map(|(c, ..)| c.level).max();
        spans[n].0.level = below.unwrap_or(0) + 1;
    }
    spans.into_iter().map(|(callout, ..)| callout).collect()
}

/// Right-aligns callouts whose text would be crossed by the line of a right-aligned one: each would cross the other's text, and
/// no order of levels avoids both.
fn turn_crossed(spans: &mut [(Callout, f64, f64)]) {
    let mut nearest = f64::INFINITY;
    for (callout, left, right) in spans.iter_mut().rev() {
        let width = *right - *left;
        if !callout.right_aligned && *right > nearest && callout.at >= width {
            callout.right_aligned = true;
            (*left, *right) = (callout.at - width, callout.at);
        }
        if callout.right_aligned {
            nearest = callout.at;
        }
    }
}

/// Letters of the longer line of a label inside a segment.
fn label_width(segment: &Segment, now: Timestamp) -> usize {
    segment.state.label().len().max(format_span(segment.length(now)).len())
}

/// Letters of a callout, which stands on one line.
fn callout_width(segment: &Segment, now: Timestamp) -> usize {
    segment.state.label().len() + 1 + format_span(segment.length(now)).len()
}

fn width_of(letters: &usize) -> f64 {
    f64::from(u32::try_from(*letters).unwrap_or(u32::MAX)) * LETTER + AROUND
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
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
}
