//! When a run entered its states, by the log that its executor writes of it.

use crate::{ExecutorLine, InstanceId, TaskState, Timestamp};
use std::time::Duration;

const STATE: &str = "Current state: StateData(state=";
const INSTANCE: &str = "instanceId=";
/// Zones differ from UTC by multiples of this.
const ZONE_STEP: i64 = 15 * 60_000;
/// The first line is written as soon as the executor has taken the run.
const AT_ONCE: Duration = Duration::from_secs(5);

/// The states of one run in the order in which they are logged, in the executor's time. `created` is when the executor took the
/// run: lines have no zone, and the first state tells it. Empty where the log does not begin with this run, or has another
/// format.
pub fn states_in_log(log: &str, instance: &InstanceId, created: Timestamp) -> Vec<(TaskState, Timestamp)> {
    let lines = log.lines().filter_map(|line| state_line(line, instance));
    let mut local = lines.peekable();
    let Some((_, first)) = local.peek() else { return Vec::new() };
    let off = first - created.millis();
    let zone = (off + ZONE_STEP / 2).div_euclid(ZONE_STEP) * ZONE_STEP;
    if Duration::from_millis((off - zone).unsigned_abs()) > AT_ONCE {
        return Vec::new();
    }
    local.map(|(state, at)| (state, Timestamp(at - zone))).collect()
}

fn state_line(line: &str, instance: &InstanceId) -> Option<(TaskState, i64)> {
    let line = ExecutorLine::read(line)?;
    let (_, state) = line.message.split_once(STATE)?;
    let (state, rest) = state.split_once(',')?;
    let (_, of) = rest.split_once(INSTANCE)?;
    let (of, _) = of.split_once(',')?;
    let at = line.local_millis()?;
    (of == instance.as_str()).then(|| (TaskState::from_wire(state), at))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    const CREATED: i64 = 1_795_572_705_153;

    /// The log of a run that a real executor wrote, in UTC.
    fn recorded() -> String {
        let recording = include_str!("../../tests/recordings/logs.json");
        let entries: Vec<serde_json::Value> = serde_json::from_str(recording).unwrap();
        let read = entries.iter().find(|entry| {
            let path = entry["request"]["path"].as_str().unwrap_or_default();
            path.contains("/log-021145/read/output.log?offset=0") && entry["response"]["body"]["data"].is_string()
        });
        read.unwrap()["response"]["body"]["data"].as_str().unwrap().to_owned()
    }

    #[test]
    fn dates_states_by_a_recorded_log() {
        let instance = "TI-829c6ae1-0f34-4abc-887d-432f8fcace32".into();
        let states = states_in_log(&recorded(), &instance, Timestamp(CREATED));
        let after = |n: usize| (states[n].0.clone(), states[n].1.since(Timestamp(CREATED)).as_millis());
        assert_eq!(after(0), (TaskState::Provisioning, 0));
        assert_eq!(after(1), (TaskState::Starting, 22));
        assert_eq!(after(2), (TaskState::Running, 118));
        assert_eq!(states_in_log(&recorded(), &"TI-other".into(), Timestamp(CREATED)), []);
    }

    #[test]
    fn finds_the_zone_of_the_executor_by_the_first_state() {
        let line = |at: &str, state: &str| {
            format!(
                "INFO  | {at} | InstanceEngine | Current state: StateData(state={state}, data=X(instanceId=TI-1, a=b))\n"
            )
        };
        // 05:30 ahead of UTC, over midnight of a leap day.
        let log = line("2028-03-01 00:00:00,100", "PROVISIONING") + &line("2028-03-01 00:00:00,600", "RUNNING");
        let created = Timestamp(1_835_461_800_000);
        let states = states_in_log(&log, &"TI-1".into(), created);
        let expected = [(TaskState::Provisioning, 100), (TaskState::Running, 600)];
        assert_eq!(states, expected.map(|(state, ms)| (state, created + Duration::from_millis(ms))));
        // A line of RUNNING long after, at the beginning of a log that was rotated, tells no zone.
        assert_eq!(states_in_log(&log, &"TI-1".into(), created - Duration::from_secs(400)), []);
    }
}
