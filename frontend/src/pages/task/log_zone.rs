//! The zone of the clock that dates the lines of a log: they name none, and executors may stand in another one than the viewer.

use crate::{
    components::LogBuffer,
    format::{format_zone, utc_offset},
    state::use_clock,
};
use leptos::prelude::*;
use model::{Timestamp, dashboard::TaskRow, zone_of_clock};
use std::time::Duration;

/// How far a state line and what the leader says of that state, or a line and its arrival, lie apart at most.
const APART: Duration = Duration::from_secs(120);

/// How many milliseconds the executor's zone is ahead of UTC: by the states that the log tells and Drove dates, or else by a
/// line that was just written.
pub(super) fn follow_zone(log: RwSignal<LogBuffer>, row: Signal<TaskRow>) -> Memo<Option<i64>> {
    let told = Memo::new(move |_| log.with(|log| row.with(|row| told_zone(log, row))));
    let arrived = RwSignal::new(None);
    let clock = use_clock();
    Effect::new(move |before: Option<Option<u64>>| {
        let end = log.with(|log| (log.heard() && log.is_at_end()).then(|| log.end()));
        if before.flatten().is_some_and(|before| end.is_some_and(|end| end > before)) && told.get_untracked().is_none()
        {
            let zone = log.with_untracked(|log| zone_of_clock(log.lines().back()?.time.local?, clock.exact(), APART));
            if zone.is_some() && zone != arrived.get_untracked() {
                arrived.set(zone);
            }
        }
        end
    });
    Memo::new(move |_| told.get().or_else(|| arrived.get()))
}

/// What a reader should know of the times in the log, besides the zone of the page.
pub(super) fn hint(zone: Option<i64>, log: &LogBuffer, now: Timestamp) -> Option<String> {
    let is_dated = log.lines().iter().any(|line| line.time.local.is_some());
    match zone {
        _ if !is_dated => None,
        None => Some("Log times are what the executor’s clock showed; its time zone is not known.".to_owned()),
        Some(zone) => {
            let (own, here) = (utc_offset(zone), format_zone(now));
            (!here.ends_with(&format!("({own})")))
                .then(|| format!("Log times are shown in {here}; the executor writes them in {own}."))
        }
    }
}

fn told_zone(log: &LogBuffer, row: &TaskRow) -> Option<i64> {
    log.lines().iter().find_map(|line| {
        let (state, local) = (line.state.as_ref()?, line.time.local?);
        row.transitions.iter().filter(|transition| transition.state == *state).find_map(|transition| {
            let at = transition.begun_by.as_ref().map_or(transition.at, |begun| begun.at);
            zone_of_clock(local, at, APART)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{
        TaskState,
        dashboard::LogFrame,
        timeline::{Source, Transition},
    };

    fn log(state: &str) -> LogBuffer {
        let text = format!(
            "INFO  | 2026-11-25 07:41:45,153 | InstanceEngine | Current state: StateData(state={state}, data=X)\n"
        );
        let mut log = LogBuffer::default();
        log.take(LogFrame { to: text.len() as u64, size: text.len() as u64, text, ..LogFrame::default() });
        log
    }

    #[test]
    fn a_state_that_drove_dates_tells_the_zone() {
        let at = Timestamp(1_795_572_705_153);
        let transition = Transition {
            state: TaskState::Running,
            at: Timestamp(at.0 + 9_000),
            source: Source::Event,
            not_before: None,
            event_id: None,
            begun_by: None,
            repeats: Vec::new(),
        };
        let row = TaskRow { transitions: vec![transition], ..TaskRow::default() };
        assert_eq!(told_zone(&log("RUNNING"), &row), Some(330 * 60_000));
        assert_eq!(told_zone(&log("STOPPED"), &row), None, "Drove dates no such state");
    }

    #[test]
    fn an_unknown_zone_is_said_and_a_log_without_times_needs_no_hint() {
        let hinted = |log: &LogBuffer| hint(None, log, Timestamp(0)).is_some();
        assert!(hinted(&log("RUNNING")));
        assert!(!hinted(&LogBuffer::default()));
    }
}
