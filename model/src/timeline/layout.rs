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
mod tests;
