//! When a run entered its states, by the log that its executor writes of it.

use crate::{ExecutorLine, InstanceId, TaskState, Timestamp};
use std::{ops::RangeInclusive, time::Duration};

const STATE: &str = "Current state: StateData(state=";
const INSTANCE: &str = "instanceId=";
/// Zones differ from UTC by multiples of this.
const ZONE_STEP: i64 = 15 * 60_000;
/// The zones farthest behind and ahead of UTC.
const FARTHEST_ZONES: RangeInclusive<i64> = -12 * 3_600_000..=14 * 3_600_000;
/// The first line is written as soon as the executor has taken the run.
const AT_ONCE: Duration = Duration::from_secs(5);

/// The states of one run in the order in which they are logged, in the executor's time. `created` is when the executor took the
/// run: lines have no zone, and the first state tells it. Empty where the log does not begin with this run, or has another
/// format.
pub fn states_in_log(log: &str, instance: &InstanceId, created: Timestamp) -> Vec<(TaskState, Timestamp)> {
    let lines = log.lines().filter_map(|line| state_line(line, instance));
    let mut local = lines.peekable();
    let Some((_, first)) = local.peek() else { return Vec::new() };
    let Some(zone) = zone_of_clock(*first, created, AT_ONCE) else { return Vec::new() };
    local.map(|(state, at)| (state, Timestamp(at - zone))).collect()
}

/// Infers a clock's UTC offset in milliseconds from one reading: the clock showed `local` (milliseconds since the epoch, as if
/// it ran in UTC) at about `at`. Returns nothing if no zone matches within `apart` (at most 7 minutes).
pub fn zone_of_clock(local: i64, at: Timestamp, apart: Duration) -> Option<i64> {
    let off = local - at.millis();
    let zone = (off + ZONE_STEP / 2).div_euclid(ZONE_STEP) * ZONE_STEP;
    (Duration::from_millis((off - zone).unsigned_abs()) <= apart && FARTHEST_ZONES.contains(&zone)).then_some(zone)
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

    #[test]
    fn rejects_a_clock_that_matches_no_zone() {
        let zone = |minutes: i64, apart: u64| {
            let at = Timestamp(CREATED);
            zone_of_clock(CREATED + minutes * 60_000, at, Duration::from_secs(apart)).map(|zone| zone / 60_000)
        };
        assert_eq!((zone(0, 5), zone(330, 5), zone(-211, 90)), (Some(0), Some(330), Some(-210)));
        assert_eq!((zone(-211, 5), zone(40 * 60, 5), zone(-13 * 60, 5)), (None, None, None));
    }
}
