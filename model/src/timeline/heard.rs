//! From when to when a run was reported on, and the silences in between.

use super::{Gap, Source};
use crate::{Outcome, TaskState, Timestamp, dashboard::TaskRow};
use std::time::Duration;

/// Drove marks a run as LOST after so much silence of its executor.
const SILENCE_BEFORE_LOST: Duration = Duration::from_secs(60);
/// A run that goes on is reported every 20 s, and at least every minute of that is recorded.
const SILENCE: Duration = Duration::from_secs(90);

/// The reports of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The first report.
    pub from: Timestamp,
    /// The last one, or the end of the silence after it.
    pub to: Timestamp,
    /// Spans without reports, in order, apart from each other.
    pub silent: Vec<(Timestamp, Timestamp)>,
}

impl Heard {
    /// How long nothing was reported.
    pub fn silence(&self) -> Duration {
        self.silent.iter().map(|(from, to)| to.since(*from)).sum()
    }
}

/// When `row` was reported on, as known at `now`; nothing before the first report.
pub fn heard(row: &TaskRow, gaps: &[Gap], now: Timestamp) -> Option<Heard> {
    let reports: Vec<_> = row.transitions.iter().filter(|t| t.source != Source::Submission).collect();
    let first = reports.first()?;
    let from = first.begun_by.as_ref().map_or(first.at, |by| by.at.max(row.submitted).min(first.at));
    let mut silent: Vec<(Timestamp, Timestamp)> = gaps.iter().map(|gap| (gap.from, gap.to)).collect();
    for (n, lost) in reports.iter().enumerate().filter(|(_, t)| t.state == TaskState::Lost) {
        let before = n.checked_sub(1).map_or(from, |before| reports[before].at);
        let back = reports.get(n + 1).map_or(lost.at, |next| next.at);
        silent.push((before.max(lost.at - SILENCE_BEFORE_LOST), back));
    }
    let mut to = row.updated.max(from);
    let left_with_executor =
        row.outcome == Some(Outcome::Lost) && !row.state.as_ref().is_some_and(TaskState::is_terminal);
    let silent_since = match row.ended {
        Some(ended) if left_with_executor => Some(ended),
        None if now.since(row.updated) > SILENCE => Some(now),
        Some(_) | None => None,
    };
    if let Some(until) = silent_since.filter(|until| *until > to) {
        silent.push((to, until));
        to = until;
    }
    silent.sort_unstable();
    let mut apart: Vec<(Timestamp, Timestamp)> = Vec::with_capacity(silent.len());
    for (begin, end) in silent {
        let (begin, end) = (begin.max(from), end.min(to));
        match apart.last_mut() {
            Some(last) if begin <= last.1 => last.1 = last.1.max(end),
            _ if begin < end => apart.push((begin, end)),
            _ => {}
        }
    }
    (to > from).then_some(Heard { from, to, silent: apart })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Transition, dashboard::Phase};

    fn row(states: &[(TaskState, i64)], updated: i64) -> TaskRow {
        let fact = |(state, at): &(TaskState, i64)| Transition::new(state.clone(), second(*at), Source::Event);
        TaskRow {
            phase: Phase::Active,
            state: states.last().map(|(state, _)| state.clone()),
            transitions: states.iter().map(fact).collect(),
            updated: second(updated),
            ..TaskRow::default()
        }
    }

    fn second(at: i64) -> Timestamp {
        Timestamp(at * 1_000)
    }

    /// From, to, and the silences, in seconds.
    fn drawn(row: &TaskRow, gaps: &[Gap], now: i64) -> (i64, i64, Vec<(i64, i64)>) {
        let seconds = |at: Timestamp| at.millis() / 1_000;
        let heard = heard(row, gaps, second(now)).expect("it was reported");
        let silent = heard.silent.iter().map(|(from, to)| (seconds(*from), seconds(*to))).collect();
        (seconds(heard.from), seconds(heard.to), silent)
    }

    #[test]
    fn the_minute_before_lost_and_the_time_until_it_returns_are_silent() {
        let row = row(&[(TaskState::Running, 10), (TaskState::Lost, 130), (TaskState::Running, 165)], 200);
        assert_eq!(drawn(&row, &[], 205), (10, 200, vec![(70, 165)]));
    }

    #[test]
    fn a_run_without_news_is_silent_up_to_now() {
        let row = row(&[(TaskState::Running, 10)], 100);
        assert_eq!(drawn(&row, &[], 150), (10, 100, vec![]));
        assert_eq!(drawn(&row, &[], 200), (10, 200, vec![(100, 200)]));
    }

    #[test]
    fn a_run_that_left_with_its_executor_is_silent_since_the_last_report() {
        let left = TaskRow {
            outcome: Some(Outcome::Lost),
            phase: Phase::Ended,
            ended: Some(second(160)),
            ..row(&[(TaskState::Running, 10)], 100)
        };
        assert_eq!(drawn(&left, &[], 900), (10, 160, vec![(100, 160)]));
    }

    #[test]
    fn silences_that_overlap_are_one() {
        let gap = |from, to| Gap { from: second(from), to: second(to), reason: String::new() };
        let states = [(TaskState::Running, 10), (TaskState::Stopped, 90)];
        let row = TaskRow { phase: Phase::Ended, ended: Some(second(90)), ..row(&states, 90) };
        assert_eq!(drawn(&row, &[gap(0, 20), gap(40, 60), gap(50, 70)], 500), (10, 90, vec![(10, 20), (40, 70)]));
    }
}
