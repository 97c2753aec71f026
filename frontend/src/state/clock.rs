//! The server's time, ticking. Ages are computed from it, never from the browser's own clock (design section 2).

use crate::browser::{is_hidden, monotonic_ms, owned_interval};
use leptos::prelude::*;
use model::Timestamp;

/// The server's time as far as this page knows it.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    now: RwSignal<Timestamp>,
    fix: StoredValue<Option<Fix>>,
}

/// What the server said, and when that was on a clock of ours that never jumps.
#[derive(Clone, Copy, Debug)]
struct Fix {
    server: Timestamp,
    heard_ms: f64,
    paused: bool,
}

impl Fix {
    fn at(&self, monotonic_ms: f64) -> Timestamp {
        if self.paused {
            return self.server;
        }
        // Whole milliseconds since the last frame: far below the range where a float loses them.
        Timestamp(self.server.0.saturating_add((monotonic_ms - self.heard_ms).max(0.0) as i64))
    }
}

/// Provides the clock and lets it tick once a second.
pub fn provide_clock() {
    let clock = Clock { now: RwSignal::new(Timestamp::default()), fix: StoredValue::new(None) };
    provide_context(clock);
    owned_interval(1_000, move || clock.tick());
}

/// The clock.
pub fn use_clock() -> Clock {
    expect_context()
}

impl Clock {
    /// The server's time, tracked: what reads it runs again every second, so it should be a text and no more.
    pub fn now(&self) -> Timestamp {
        self.now.get()
    }

    /// The server's time to the millisecond, not tracked.
    pub fn exact(&self) -> Timestamp {
        self.fix.get_value().map(|fix| fix.at(monotonic_ms())).unwrap_or_default()
    }

    /// Takes over what the server said. `paused` while demo time stands still.
    pub fn sync(&self, server: Timestamp, paused: bool) {
        self.fix.set_value(Some(Fix { server, heard_ms: monotonic_ms(), paused }));
        // Between ticks, frames do not disturb what counts seconds; a step of demo time shows at once.
        if (server.0 - self.now.get_untracked().0).abs() >= 1_000 {
            self.now.set(server);
        }
    }

    fn tick(&self) {
        if is_hidden() {
            return;
        }
        let exact = self.exact();
        if exact != self.now.get_untracked() {
            self.now.set(exact);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_from_what_the_server_said() {
        let fix = Fix { server: Timestamp(1_000), heard_ms: 50.0, paused: false };
        assert_eq!(fix.at(2_550.0), Timestamp(3_500));
        assert_eq!(fix.at(40.0), Timestamp(1_000), "never back");
        assert_eq!(Fix { paused: true, ..fix }.at(2_550.0), Timestamp(1_000));
    }
}
