//! The only reader of real time in the workspace.
//!
//! A cluster lives in *cluster time*: real time for a real cluster, and for the demo real time plus an offset that pausing
//! and stepping change (design section 2, Time and chance). HTTP limits, coalescing and sessions use real time.

use model::{Timestamp, dashboard::ClockStep};
use serde::{Deserialize, Serialize};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::sync::watch;

/// Real time by the machine's wall clock; it may jump.
pub fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// [`wall`] as a bare number, for sessions and cookies.
pub fn unix_millis() -> i64 {
    wall().millis()
}

/// Real time that never jumps, for measuring spans.
pub fn monotonic() -> Instant {
    Instant::now()
}

/// How far wall time may drift from monotonic time before it counts as a jump: a laptop that slept, a clock set by hand.
const JUMP: Duration = Duration::from_secs(5);

/// What makes cluster time out of real time; stored with the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockSetting {
    /// Milliseconds added to wall time while the clock runs.
    pub offset_ms: i64,
    /// Where the clock stands while it is paused.
    pub paused_at: Option<Timestamp>,
}

/// Cluster time. It never goes back, but for that of a real cluster when the wall clock was set back. Clones share one clock.
#[derive(Clone, Debug)]
pub struct Clock {
    state: Arc<Mutex<State>>,
    changes: watch::Sender<()>,
}

#[derive(Debug)]
struct State {
    setting: ClockSetting,
    latest: Timestamp,
    /// Where the clock is being put forward.
    step: Option<ClockStep>,
    /// A real cluster has its own clocks: a wall clock that is set back is right again, and followed.
    follows_wall: bool,
    /// Wall and monotonic time when they were last compared.
    compared: (Timestamp, Instant),
    /// Cluster and monotonic time when [`Clock::has_jumped`] last looked.
    looked_at: Option<(Timestamp, Instant)>,
}

impl State {
    fn read(&mut self) -> Timestamp {
        self.read_at(wall())
    }

    fn read_at(&mut self, wall: Timestamp) -> Timestamp {
        let now = match self.setting.paused_at {
            Some(at) => at,
            None => Timestamp(wall.0.saturating_add(self.setting.offset_ms)),
        };
        let is_set_back = self.follows_wall && self.latest.since(now) > JUMP;
        self.latest = if is_set_back { now } else { self.latest.max(now) };
        self.latest
    }
}

impl Clock {
    /// The time of a real cluster: the wall clock, also when that is set back by more than a few seconds.
    pub fn of_wall() -> Self {
        let clock = Self::real();
        clock.lock().follows_wall = true;
        clock
    }

    /// A clock that shows real time.
    pub fn real() -> Self {
        Self::with(ClockSetting::default())
    }

    /// A clock as it was stored.
    pub fn with(setting: ClockSetting) -> Self {
        let latest = Timestamp(i64::MIN);
        let state = State {
            setting,
            latest,
            step: None,
            follows_wall: false,
            compared: (wall(), monotonic()),
            looked_at: None,
        };
        Self { state: Arc::new(Mutex::new(state)), changes: watch::Sender::new(()) }
    }

    /// The time of the cluster.
    pub fn now(&self) -> Timestamp {
        self.lock().read()
    }

    /// What would have to be stored to continue this clock.
    pub fn setting(&self) -> ClockSetting {
        self.lock().setting
    }

    /// Where time stands still, if it does.
    pub fn paused(&self) -> Option<Timestamp> {
        self.lock().setting.paused_at
    }

    /// Real time to wait until cluster time `at`; `None` while the clock is paused and `at` lies ahead.
    pub fn until(&self, at: Timestamp) -> Option<Duration> {
        let mut state = self.lock();
        let wait = at.since(state.read());
        (wait.is_zero() || state.setting.paused_at.is_none()).then_some(wait)
    }

    /// The setting that stops the clock where it stands.
    pub fn pausing(&self) -> ClockSetting {
        let mut state = self.lock();
        let now = state.read();
        ClockSetting { paused_at: Some(now), ..state.setting }
    }

    /// The setting that lets the clock go on from where it stands.
    pub fn resuming(&self) -> ClockSetting {
        let mut state = self.lock();
        let now = state.read();
        ClockSetting { offset_ms: now.0.saturating_sub(wall().0), paused_at: None }
    }

    /// The setting that puts the clock forward to `at`, paused or not; never back.
    pub fn reaching(&self, at: Timestamp) -> ClockSetting {
        let mut state = self.lock();
        let now = state.read().max(at);
        match state.setting.paused_at {
            Some(_) => ClockSetting { paused_at: Some(now), ..state.setting },
            None => ClockSetting { offset_ms: now.0.saturating_sub(wall().0), paused_at: None },
        }
    }

    /// Takes a setting into use.
    pub fn set(&self, setting: ClockSetting) {
        let mut state = self.lock();
        state.setting = setting;
        state.read();
        self.changes.send_replace(());
    }

    /// Reports `step` as under way until the returned value is dropped; nothing if another one is.
    pub fn begin_step(&self, step: ClockStep) -> Option<StepUnderWay> {
        let mut state = self.lock();
        if state.step.is_some() {
            return None;
        }
        state.step = Some(step);
        self.changes.send_replace(());
        Some(StepUnderWay(self.clone()))
    }

    /// The step under way.
    pub fn step(&self) -> Option<ClockStep> {
        self.lock().step
    }

    /// Tells when the clock is stopped, goes on or is put forward, from now on.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// Whether cluster time has moved otherwise than monotonic time since the last call, by more than a few seconds. For clocks
    /// that are not paused.
    pub fn has_jumped(&self) -> bool {
        let mut state = self.lock();
        let now = (state.read(), monotonic());
        let before = state.looked_at.replace(now);
        before.is_some_and(|before| jump(before, now) != Jump::None)
    }

    /// Compares wall time with monotonic time since the last call. A jump ahead is returned as it is: cluster time has
    /// jumped with it. A jump back is taken out of cluster time, which would otherwise stand still until it is made up for.
    pub fn jumped_ahead(&self) -> bool {
        let mut state = self.lock();
        let before = std::mem::replace(&mut state.compared, (wall(), monotonic()));
        match jump(before, state.compared) {
            Jump::None => false,
            Jump::Ahead => state.setting.paused_at.is_none(),
            Jump::Back(lost) => {
                let lost = i64::try_from(lost.as_millis()).unwrap_or(i64::MAX);
                state.setting.offset_ms = state.setting.offset_ms.saturating_add(lost);
                false
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A clock cannot be left half-changed: each change is one assignment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A step of the clock that takes a while.
#[derive(Debug)]
pub struct StepUnderWay(Clock);

impl Drop for StepUnderWay {
    fn drop(&mut self) {
        self.0.lock().step = None;
        self.0.changes.send_replace(());
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Jump {
    None,
    Ahead,
    Back(Duration),
}

/// How wall time moved against monotonic time between two readings of both.
fn jump(before: (Timestamp, Instant), after: (Timestamp, Instant)) -> Jump {
    let expected = before.0 + after.1.saturating_duration_since(before.1);
    let back = expected.since(after.0);
    if after.0.since(expected) > JUMP {
        Jump::Ahead
    } else if back > JUMP {
        Jump::Back(back)
    } else {
        Jump::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_jump_of_wall_time_is_a_jump() {
        let instant = monotonic();
        let after = |wall_seconds: i64, real_seconds: u64| {
            let later = (Timestamp(1_000_000 + wall_seconds * 1000), instant + Duration::from_secs(real_seconds));
            jump((Timestamp(1_000_000), instant), later)
        };
        assert_eq!(after(3600, 3600), Jump::None);
        assert_eq!(after(14, 10), Jump::None);
        assert_eq!(after(3600, 10), Jump::Ahead);
        assert_eq!(after(-600, 10), Jump::Back(Duration::from_secs(610)));
    }

    #[test]
    fn a_paused_clock_moves_only_by_steps() {
        let clock = Clock::real();
        clock.set(clock.pausing());
        let before = clock.now();
        assert_eq!(clock.until(before + Duration::from_secs(1)), None);
        clock.set(clock.reaching(before + Duration::from_secs(90)));
        assert_eq!(clock.now(), before + Duration::from_secs(90));
        clock.set(clock.reaching(before));
        assert_eq!(clock.now(), before + Duration::from_secs(90), "never back");
        assert_eq!(clock.paused(), Some(clock.now()));
    }

    #[test]
    fn a_resumed_clock_goes_on_from_where_it_stood() {
        let clock = Clock::real();
        clock.set(clock.pausing());
        clock.set(clock.reaching(clock.now() + Duration::from_secs(3600)));
        let stood = clock.now();
        clock.set(clock.resuming());
        assert!(clock.now() >= stood && clock.now().since(stood) < Duration::from_secs(60));
    }

    #[test]
    fn time_never_goes_back() {
        let clock = Clock::real();
        clock.set(clock.reaching(clock.now() + Duration::from_secs(3600)));
        let later = clock.now();
        clock.set(ClockSetting::default());
        assert!(clock.now() >= later);
    }

    #[test]
    fn the_clock_of_a_real_cluster_goes_on_after_the_wall_clock_was_set_back() {
        let hour = Duration::from_secs(3600);
        for (clock, goes_on) in [(Clock::of_wall(), true), (Clock::real(), false)] {
            let mut state = clock.lock();
            let (right, second) = (wall(), Duration::from_secs(1));
            state.read_at(right + hour);
            assert_eq!(state.read_at(right + hour - second), right + hour, "a small correction never goes back");
            let set_back = state.read_at(right);
            assert_eq!(set_back == right, goes_on);
            assert_eq!(state.read_at(right + second) == set_back + second, goes_on);
        }
    }

    #[test]
    fn a_stored_setting_restores_the_time() {
        let clock = Clock::with(ClockSetting { offset_ms: 0, paused_at: Some(Timestamp(1_000)) });
        assert_eq!(clock.now(), Timestamp(1_000));
    }
}
