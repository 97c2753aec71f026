//! Time zone of an executor's log. Log lines carry local times without a zone, and the executor's zone may differ from the
//! viewer's.

use crate::{
    browser::zone_offset,
    components::LogBuffer,
    format::{format_zone, utc_offset},
    state::use_clock,
};
use leptos::prelude::*;
use model::{Timestamp, dashboard::TaskRow, zone_of_clock};
use std::time::Duration;

/// Longest delay between a log line and the event of the same state, or the arrival of the line.
const APART: Duration = Duration::from_secs(120);

/// Infers the UTC offset (milliseconds) of the executor's clock from state lines that Drove's events date, or from the arrival
/// of a new line.
pub(super) fn follow_zone(log: RwSignal<LogBuffer>, row: Signal<TaskRow>) -> Memo<Option<i64>> {
    let by_states = Memo::new(move |_| log.with(|log| row.with(|row| zone_by_states(log, row))));
    let arrived = RwSignal::new(None);
    let clock = use_clock();
    Effect::new(move |before: Option<Option<u64>>| {
        let end = log.with(|log| (log.heard() && log.is_at_end()).then(|| log.end()));
        if before.flatten().is_some_and(|before| end.is_some_and(|end| end > before))
            && by_states.get_untracked().is_none()
        {
            let zone = log.with_untracked(|log| zone_of_clock(log.lines().back()?.time.local?, clock.exact(), APART));
            if zone.is_some() && zone != arrived.get_untracked() {
                arrived.set(zone);
            }
        }
        end
    });
    Memo::new(move |_| by_states.get().or_else(|| arrived.get()))
}

/// Explains the zone of the log's times, unless it is the page's own.
pub(super) fn hint(zone: Option<i64>, log: &LogBuffer, now: Timestamp) -> Option<String> {
    let is_dated = log.lines().iter().any(|line| line.time.local.is_some());
    match zone {
        _ if !is_dated => None,
        None => Some("Log times are the executor’s local time; its time zone is not known.".to_owned()),
        Some(zone) if zone == zone_offset(now.millis()) => None,
        Some(zone) => {
            let (own, here) = (utc_offset(zone), format_zone(now));
            Some(format!("Log times are shown in {here}; the executor writes them in {own}."))
        }
    }
}

fn zone_by_states(log: &LogBuffer, row: &TaskRow) -> Option<i64> {
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
    fn infers_the_zone_from_a_state_with_a_known_time() {
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
        assert_eq!(zone_by_states(&log("RUNNING"), &row), Some(330 * 60_000));
        assert_eq!(zone_by_states(&log("STOPPED"), &row), None, "no transition to compare with");
    }

    #[test]
    fn names_an_unknown_zone_only_if_lines_have_times() {
        let hinted = |log: &LogBuffer| hint(None, log, Timestamp(0)).is_some();
        assert!(hinted(&log("RUNNING")));
        assert!(!hinted(&LogBuffer::default()));
    }
}
