//! Transitions of one run -> what it did when, and how each stretch is known.

use super::{Gap, Repeat, Source, Transition};
use crate::{
    Outcome, TaskState, Timestamp,
    dashboard::{Phase, TaskRow},
};
use std::time::Duration;

/// An event that comes so much later than the executor's own evidence does not date the beginning of its state.
const LATE: Duration = Duration::from_secs(1);

/// What a run does during a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SegmentState {
    /// Accepted; no executor has reported it.
    Placing,
    /// As Drove reports it.
    State(TaskState),
    /// Over, without a final state of Drove's: not placed, or placing was stopped.
    Ended(Outcome),
}

impl SegmentState {
    /// Value of `data-state`: Drove's wire name, or ours.
    pub fn as_str(&self) -> &str {
        match self {
            SegmentState::Placing => "ACCEPTED",
            SegmentState::State(state) => state.as_str(),
            SegmentState::Ended(outcome) => outcome.as_str(),
        }
    }

    /// The word a person reads.
    pub fn label(&self) -> &str {
        match self {
            SegmentState::Placing => "Placing",
            SegmentState::State(state) => state.label(),
            SegmentState::Ended(outcome) => outcome.label(),
        }
    }

    /// Nothing follows: the segment is the end itself and has no duration.
    pub fn is_final(&self) -> bool {
        match self {
            SegmentState::Placing => false,
            SegmentState::State(state) => state.is_terminal(),
            SegmentState::Ended(_) => true,
        }
    }
}

/// How a segment is known. "Never draw a guess as a fact."
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// Its beginning was reported, with its time.
    Observed,
    /// Its beginning is bounded by what was seen before and after.
    Inferred,
    /// It must have happened, or may have; nothing was seen of it.
    NotSeen,
}

impl Certainty {
    /// Value of `data-evidence`.
    pub fn as_str(self) -> &'static str {
        match self {
            Certainty::Observed => "observed",
            Certainty::Inferred => "inferred",
            Certainty::NotSeen => "unseen",
        }
    }

    /// The word a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Certainty::Observed => "observed",
            Certainty::Inferred => "inferred",
            Certainty::NotSeen => "not seen",
        }
    }
}

/// A stretch of a run's life. Segments of a run follow each other without holes or overlaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// What it did.
    pub state: SegmentState,
    /// Since when; the middle of the possible span if that is inferred.
    pub from: Timestamp,
    /// Until when; nothing while it goes on, and for the end itself.
    pub to: Option<Timestamp>,
    /// How that is known.
    pub certainty: Certainty,
    /// `from` may be off by this much either way.
    pub error: Duration,
    /// The same state as in the segment before, cut off by a gap in what was recorded.
    pub continued: bool,
    /// Where its beginning is known from: nothing for what was not seen.
    pub source: Option<Source>,
    /// The event that told its beginning.
    pub event_id: Option<String>,
    /// Events that came meanwhile and changed nothing.
    pub repeats: Vec<Repeat>,
}

impl Segment {
    /// How long it lasted, or has lasted at `now`.
    pub fn length(&self, now: Timestamp) -> Duration {
        self.to.unwrap_or(now).since(self.from)
    }

    fn new(state: SegmentState, from: Timestamp, certainty: Certainty) -> Self {
        let (to, error, continued) = (None, Duration::ZERO, false);
        Self { state, from, to, certainty, error, continued, source: None, event_id: None, repeats: Vec::new() }
    }
}

/// The segments of a run, oldest first. The last one is open: it goes on at `now`, or is the end.
pub fn segments(row: &TaskRow, now: Timestamp) -> Vec<Segment> {
    segments_with_gaps(row, &[], now)
}

/// As [`segments`], with what lies within a gap cut out as not seen.
pub fn segments_with_gaps(row: &TaskRow, gaps: &[Gap], now: Timestamp) -> Vec<Segment> {
    let reports = row.transitions.iter().filter(|t| t.source != Source::Submission);
    let mut line: Vec<Segment> = Vec::new();
    if reports.clone().next().is_none_or(|first| row.submitted < beginning(first, row).0) {
        line.push(Segment {
            source: Some(Source::Submission),
            ..Segment::new(SegmentState::Placing, row.submitted, Certainty::Inferred)
        });
    }
    for report in reports {
        add_report(&mut line, report, row);
    }
    add_end(&mut line, row);
    if let [only] = line.as_mut_slice()
        && only.state == SegmentState::Placing
        && row.phase == Phase::OutcomeUnknown
    {
        only.certainty = Certainty::NotSeen;
    }
    close(&mut line, row, now);
    gaps.iter().fold(line, |line, gap| cut(line, gap, now))
}

/// Total time spent in `state`, over all its segments.
pub fn time_in(segments: &[Segment], state: &SegmentState, now: Timestamp) -> Duration {
    segments.iter().filter(|s| &s.state == state && !s.state.is_final()).map(|s| s.length(now)).sum()
}

fn add_report(line: &mut Vec<Segment>, report: &Transition, row: &TaskRow) {
    let before = line.last().map(|s| s.from);
    let state = SegmentState::State(report.state.clone());
    if line.last().is_some_and(|last| last.state == state) {
        return;
    }
    let (at, source) = beginning(report, row);
    // Clocks of two machines may disagree: a report never begins before what was reported earlier.
    let at = before.map_or(at, |b| at.max(b));
    let exact = matches!(source, Source::Event | Source::Log);
    let earliest = if exact { at } else { report.not_before.or(before).unwrap_or(at).min(at) };
    let earliest = before.map_or(earliest, |b| earliest.max(b));
    let window = at.since(earliest);

    let skipped = match line.last().map(|s| &s.state) {
        Some(SegmentState::Placing) => states_between(None, &report.state),
        Some(SegmentState::State(previous)) => states_between(Some(previous), &report.state),
        Some(SegmentState::Ended(_)) | None => &[],
    };
    for (n, state) in (0u32..).zip(skipped) {
        let from = earliest + window * n / u32::try_from(skipped.len()).unwrap_or(u32::MAX);
        line.push(Segment::new(SegmentState::State(state.clone()), from, Certainty::NotSeen));
    }

    let (from, error) = match skipped {
        [] => (earliest + window / 2, window / 2),
        [..] => (at, Duration::ZERO),
    };
    line.push(Segment {
        error,
        source: Some(source),
        event_id: report.event_id.clone(),
        repeats: report.repeats.clone(),
        ..Segment::new(state, from, if exact { Certainty::Observed } else { Certainty::Inferred })
    });
}

/// When the state began, or by when it had, and where that is known from. An executor's clock that puts it before the
/// submission is wrong.
fn beginning(report: &Transition, row: &TaskRow) -> (Timestamp, Source) {
    let late = report.begun_by.as_ref().filter(|by| report.at.since(by.at) >= LATE && by.at >= row.submitted);
    late.map_or((report.at, report.source.clone()), |by| (by.at, by.source.clone()))
}

/// States that a run must have passed on its way from `from` (nothing: placing) to `to` (contract 5.3). Where two ways
/// are possible only what they share is listed.
fn states_between(from: Option<&TaskState>, to: &TaskState) -> &'static [TaskState] {
    use TaskState::{Deprovisioning, Pending, Provisioning, RunCompleted, Running, Starting, Stopped};
    match (from, to) {
        (None | Some(Pending), Starting | TaskState::ProvisioningFailed) => &[Provisioning],
        (None | Some(Pending), Running | RunCompleted | TaskState::RunFailed) => &[Provisioning, Starting],
        (None | Some(Pending), Deprovisioning) => &[Provisioning],
        (None | Some(Pending), Stopped) => &[Provisioning, Deprovisioning],
        (Some(Provisioning), Running | RunCompleted | TaskState::RunFailed) => &[Starting],
        (Some(Running), Deprovisioning) => &[RunCompleted],
        (Some(Running), Stopped) => &[RunCompleted, Deprovisioning],
        (
            Some(Provisioning | Starting | RunCompleted | TaskState::ProvisioningFailed | TaskState::RunFailed),
            Stopped,
        ) => &[Deprovisioning],
        _ => &[],
    }
}

/// A run that is over ends with a final segment, whether or not a report told it.
fn add_end(line: &mut Vec<Segment>, row: &TaskRow) {
    if !row.is_over() || line.last().is_some_and(|last| last.state.is_final()) {
        return;
    }
    let at = row.ended.unwrap_or(row.updated);
    let state = match (&row.state, &row.outcome) {
        (Some(state), _) if state.is_terminal() => SegmentState::State(state.clone()),
        (_, Some(outcome)) => SegmentState::Ended(outcome.clone()),
        (_, None) => SegmentState::Ended(Outcome::Unclear),
    };
    if let [only] = line.as_mut_slice()
        && only.state == SegmentState::Placing
    {
        only.certainty = Certainty::NotSeen;
    }
    let at = line.last().map_or(at, |last| at.max(last.from));
    line.push(Segment { source: Some(Source::Inferred), ..Segment::new(state, at, Certainty::Inferred) });
}

/// Lets each segment end where the next begins.
fn close(line: &mut [Segment], row: &TaskRow, now: Timestamp) {
    let mut next = None;
    for segment in line.iter_mut().rev() {
        segment.to = next;
        next = Some(segment.from);
    }
    // A clock that is behind must not draw a beginning after its end.
    if !row.is_over()
        && let Some(last) = line.last_mut()
    {
        last.from = last.from.min(now);
    }
}

/// Cuts `gap` out of every segment it touches: there, the state is what it was before, and nothing tells.
fn cut(line: Vec<Segment>, gap: &Gap, now: Timestamp) -> Vec<Segment> {
    let mut pieces = Vec::with_capacity(line.len() + 2);
    for segment in line {
        let end = segment.to.unwrap_or(now);
        let (from, to) = (gap.from.max(segment.from), gap.to.min(end));
        if segment.state.is_final() || segment.certainty == Certainty::NotSeen || from >= to {
            pieces.push(segment);
            continue;
        }
        let unseen = Segment {
            from,
            to: Some(to),
            certainty: Certainty::NotSeen,
            error: Duration::ZERO,
            continued: from > segment.from || segment.continued,
            source: None,
            event_id: None,
            repeats: Vec::new(),
            ..segment.clone()
        };
        let rest = Segment { from: to, error: Duration::ZERO, continued: true, repeats: Vec::new(), ..segment.clone() };
        if from > segment.from {
            pieces.push(Segment { to: Some(from), ..segment.clone() });
        }
        let open = segment.to.is_none();
        match (to < end, open) {
            (true, _) => pieces.extend([unseen, rest]),
            (false, open) => pieces.push(Segment { to: if open { None } else { Some(to) }, ..unseen }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests;
