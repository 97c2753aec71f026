//! Facts of a timeline in words. Pure but for the reader's clock.

use crate::{
    components::{outcome_icon, state_icon},
    format::{format_clock, format_precise},
    ui::IconName,
};
use model::{
    Source, Timestamp,
    dashboard::LeaderChange,
    format_span,
    timeline::{Segment, SegmentState},
};

/// Icon of what a run does.
pub fn segment_icon(state: &SegmentState) -> IconName {
    match state {
        SegmentState::Placing => IconName::Accepted,
        SegmentState::State(state) => state_icon(state),
        SegmentState::Ended(outcome) => outcome_icon(outcome),
    }
}

/// How long it took, when the end came, or that it was not seen.
pub fn length_text(segment: &Segment, now: Timestamp) -> String {
    if segment.state.is_final() {
        return format_clock(segment.from);
    }
    let length = segment.length(now);
    if segment.source.is_none() && length.is_zero() { "not seen".into() } else { format_span(length) }
}

/// When it began: `12:04:17.100 ± 0.5 s`.
pub fn beginning(segment: &Segment) -> String {
    let at = format_precise(segment.from);
    if segment.error.is_zero() { at } else { format!("{at} ± {}", format_span(segment.error)) }
}

/// Where its beginning is known from.
pub fn source_text(segment: &Segment) -> String {
    match (&segment.source, &segment.event_id) {
        (None, _) => "not seen".into(),
        (Some(Source::Event), Some(id)) => event_text(id),
        (Some(Source::Event), None) => "an event".into(),
        (Some(Source::List), _) => "list of active tasks".into(),
        (Some(Source::Instance), _) => "look-up of the task".into(),
        (Some(Source::Log), None) => "log of the executor".into(),
        (Some(Source::Log), Some(_)) => "log of the executor; its event came later".into(),
        (Some(Source::Inferred), Some(_)) => "the executor’s time; its event came later".into(),
        (Some(Source::Submission), _) => "our submission record".into(),
        (Some(Source::Inferred), _) => "concluded".into(),
        (Some(Source::Other(name)), _) => name.clone(),
    }
}

/// An event by the beginning of its ID.
pub fn event_text(id: &str) -> String {
    format!("event {}", id.chars().take(8).collect::<String>())
}

/// That the leader changed during the run, and who leads since when; nothing if it did not.
pub fn leader_text(changes: &[LeaderChange], clock: impl Fn(Timestamp) -> String) -> Option<String> {
    let LeaderChange { at, leader } = changes.last()?;
    let at = clock(*at);
    Some(match changes.len() {
        1 => format!("Another controller became the leader at {at}: {leader}."),
        n => format!("The leader changed {n} times, last at {at} to {leader}."),
    })
}

/// What changed: `Starting → Running`; the first has no state before it.
pub fn change(segments: &[Segment], index: usize) -> String {
    let Some(segment) = segments.get(index) else { return String::new() };
    match index.checked_sub(1).and_then(|before| segments.get(before)) {
        Some(before) => format!("{} → {}", before.state.label(), segment.state.label()),
        None if segment.state == SegmentState::Placing => "Accepted".into(),
        None => segment.state.label().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_the_leader_is_told_and_of_many_the_last() {
        let change = |at, leader: &str| LeaderChange { at: Timestamp(at), leader: leader.into() };
        let told = |changes: &[LeaderChange]| leader_text(changes, |at| at.millis().to_string());
        assert_eq!(told(&[]), None);
        let one = [change(5, "ctl-2:4000")];
        assert_eq!(told(&one).as_deref(), Some("Another controller became the leader at 5: ctl-2:4000."));
        let two = [change(5, "ctl-2:4000"), change(9, "ctl-1:4000")];
        assert_eq!(told(&two).as_deref(), Some("The leader changed 2 times, last at 9 to ctl-1:4000."));
    }
}
