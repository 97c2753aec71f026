//! The window of events that was read: what to ask for next, what is new in an answer, and what it has missed.

use crate::ledger::Watched;
use model::{DroveEvent, DroveEventsList, EventType, Gap, Timestamp};
use std::{collections::HashMap, time::Duration};

/// Events asked for at most; exactly so many in an answer mean that others were dropped (contract 2.8).
pub const WINDOW_SIZE: usize = 10_000;
/// How long the leader keeps events (contract 2.8).
const RETENTION: Duration = Duration::from_secs(3600);

/// Clocks of machines differ by less: what was raised longer than this before a read was there to be read.
const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// What was read so far.
#[derive(Debug)]
pub struct EventWindow {
    /// When the last answer was asked for.
    read: Option<Timestamp>,
    newest: Option<Timestamp>,
    overlap: Duration,
    seen: HashMap<String, Timestamp>,
    /// Another controller leads: its events go on where the others ended only if it has those too.
    doubtful: bool,
    /// The store began anew: all of it is asked for once.
    from_its_beginning: bool,
}

/// What an answer tells.
#[derive(Debug, Default, PartialEq)]
pub struct News {
    /// New events, oldest first.
    pub events: Vec<DroveEvent>,
    /// Spans of which events are missing.
    pub gaps: Vec<Gap>,
}

impl EventWindow {
    /// A window that goes on where an earlier one ended. Later reads go back by `overlap`, because events of one moment may
    /// become visible one after the other.
    pub fn new(last: Option<Watched>, overlap: Duration) -> Self {
        Self {
            read: last.map(|last| last.read),
            newest: last.and_then(|last| last.newest),
            overlap,
            seen: HashMap::new(),
            doubtful: false,
            from_its_beginning: false,
        }
    }

    /// How far this one has come; nothing if it has read nothing.
    pub fn watched(&self) -> Option<Watched> {
        self.read.map(|read| Watched { read, newest: self.newest })
    }

    /// Another controller may answer from now on.
    pub fn leader_changed(&mut self) {
        self.doubtful = true;
    }

    /// The leader's clock was set: what it dates now may be older than what it dated before.
    pub fn leader_clock_moved(&mut self) {
        self.newest = None;
        self.from_its_beginning = true;
    }

    /// `lastSyncTime` of the next read.
    pub fn since(&self) -> Timestamp {
        if self.from_its_beginning {
            return Timestamp(0);
        }
        self.newest.map_or(Timestamp(0), |newest| Timestamp((newest - self.overlap).millis().max(0)))
    }

    /// Takes in the answer to a read with [`Self::since`], asked for at `asked`, which was `asked_there` by the leader's clock
    /// if that is known; `now` is the cluster's time.
    pub fn take(
        &mut self,
        answer: DroveEventsList,
        asked: Timestamp,
        asked_there: Option<Timestamp>,
        now: Timestamp,
    ) -> News {
        let mut news = News::default();
        let full = answer.events.len() >= WINDOW_SIZE;
        let oldest = answer.events.last().map_or(now, |event| event.time);
        let knows_newest = answer.events.iter().any(|event| self.is_ours(event));
        let expired = asked - RETENTION;
        if let Some(read) = self.read {
            if self.began_anew(&answer, read, asked, asked_there) {
                news.gaps.push(gap(read, now, "the leader changed, and its events began anew"));
                self.newest = None;
                self.from_its_beginning = true;
            } else {
                self.from_its_beginning = false;
                if read < expired && !knows_newest {
                    news.gaps.push(gap(read, expired, "nobody read the events before the cluster forgot them"));
                }
                if full && self.newest.is_some_and(|newest| oldest > newest) {
                    let why = "more events were raised than the cluster gives at once";
                    news.gaps.push(gap(read.min(oldest), oldest, why));
                }
            }
        } else if full {
            news.gaps.push(gap(Timestamp(0), oldest, "earlier events were not given"));
        }
        self.doubtful = false;
        self.read = Some(asked);
        // The next read starts at no event that is dated after the leader's current time, unless all are.
        let latest = asked_there.map(|there| there + CLOCK_SKEW);
        for event in answer.events.into_iter().rev() {
            if self.seen.insert(event.id.clone(), event.time).is_none() {
                if latest.is_none_or(|latest| event.time <= latest) {
                    self.newest = self.newest.max(Some(event.time));
                }
                news.events.push(event);
            }
        }
        if self.newest.is_none() {
            self.newest = news.events.last().map(|event| event.time);
        }
        let kept = self.newest.map_or(Timestamp(0), |newest| newest - self.overlap);
        self.seen.retain(|_, time| *time > kept);
        news
    }

    /// An event that was read before. Of an earlier process only the time of the newest is known.
    fn is_ours(&self, event: &DroveEvent) -> bool {
        self.seen.contains_key(&event.id) || self.newest == Some(event.time)
    }

    /// Whether the events are not those that were read until `read`, but others. Old events are forgotten in any case.
    fn began_anew(
        &self,
        answer: &DroveEventsList,
        read: Timestamp,
        asked: Timestamp,
        asked_there: Option<Timestamp>,
    ) -> bool {
        // Events are dated by the leader's clock.
        let ahead = asked_there.map_or(0, |there| there.millis().saturating_sub(asked.millis()));
        let there = |at: Timestamp| Timestamp(at.millis().saturating_add(ahead));
        let (read, expired) = (there(read), there(asked - RETENTION));
        let full = answer.events.len() >= WINDOW_SIZE;
        if full || answer.events.iter().any(|event| self.is_ours(event)) {
            return false;
        }
        match self.newest {
            // The newest event is among those asked for again, unless the store has lost it.
            Some(newest) if newest > expired => {
                let is_behind = answer.last_sync_time < newest
                    && (answer.events.is_empty() || answer.last_sync_time < self.since());
                self.doubtful || is_behind
            }
            // Nothing of before can be there. A new store begins with its executors, and what was raised before the last
            // read would have been read then.
            _ => {
                let tells = |event: &DroveEvent| {
                    begins_a_store(&event.kind) || (event.time > expired && event.time + CLOCK_SKEW < read)
                };
                self.doubtful && answer.events.iter().any(tells)
            }
        }
    }
}

/// What a leader raises when it begins to lead (contract 2.8).
fn begins_a_store(kind: &EventType) -> bool {
    matches!(kind, EventType::LeadershipAcquired | EventType::ExecutorAdded)
}

fn gap(from: Timestamp, to: Timestamp, reason: &str) -> Gap {
    Gap { from, to, reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use serde_json::json;

    fn event(id: &str, time: i64) -> DroveEvent {
        event_of("TASK_STATE_CHANGE", id, time)
    }

    fn event_of(kind: &str, id: &str, time: i64) -> DroveEvent {
        serde_json::from_value(json!({"type": kind, "id": id, "time": time, "metadata": {}})).unwrap()
    }

    /// One that goes on where another was at `read`.
    fn again(read: i64, newest: Option<i64>) -> EventWindow {
        let last = Watched { read: Timestamp(read), newest: newest.map(Timestamp) };
        let mut window = EventWindow::new(Some(last), Duration::from_millis(100));
        window.leader_changed();
        window
    }

    #[test]
    fn events_go_on_after_the_leaders_clock_was_set_back() {
        let (hour, at) = (3_600_000, 100_000_000);
        let mut window = EventWindow::new(None, Duration::from_millis(100));
        let read = |window: &mut EventWindow, events: Vec<DroveEvent>, there: i64| {
            let last_sync_time = events.first().unwrap().time;
            let answer = DroveEventsList { events, last_sync_time };
            let news = window.take(answer, Timestamp(at), Some(Timestamp(there)), Timestamp(at));
            (news.events.len(), news.gaps.len())
        };
        assert_eq!(read(&mut window, vec![event("ahead", at + 24 * hour)], at + 24 * hour), (1, 0));
        assert_eq!(window.since(), Timestamp(at + 24 * hour - 100));
        window.leader_clock_moved();
        assert_eq!(window.since(), Timestamp(0), "what it dates from now on is older");
        assert_eq!(read(&mut window, vec![event("ahead", at + 24 * hour), event("right", at)], at), (1, 0));
        assert_eq!(window.since(), Timestamp(at - 100));
        assert_eq!(read(&mut window, vec![event("ahead", at + 24 * hour), event("next", at + 1)], at + 1), (1, 0));
    }

    fn take(window: &mut EventWindow, answer: DroveEventsList, at: i64) -> News {
        window.take(answer, Timestamp(at), None, Timestamp(at))
    }

    fn gaps(news: &News) -> Vec<(i64, i64)> {
        news.gaps.iter().map(|gap| (gap.from.millis(), gap.to.millis())).collect()
    }

    fn answer(newest_first: &[(&str, i64)], last: i64) -> DroveEventsList {
        let events = newest_first.iter().map(|(id, time)| event(id, *time)).collect();
        DroveEventsList { events, last_sync_time: Timestamp(last) }
    }

    fn ids(news: &News) -> Vec<&str> {
        news.events.iter().map(|event| event.id.as_str()).collect()
    }

    #[test]
    fn windows_overlap_and_each_event_is_news_once() {
        let mut window = EventWindow::new(None, Duration::from_millis(10));
        assert_eq!((window.since(), window.watched()), (Timestamp(0), None));
        let news = take(&mut window, answer(&[("b", 1005), ("a", 1000)], 1005), 2000);
        assert_eq!((ids(&news), window.since()), (vec!["a", "b"], Timestamp(995)));
        let news = take(&mut window, answer(&[("c", 1005), ("b", 1005), ("a", 1000)], 1005), 2000);
        assert_eq!((ids(&news), news.gaps.len()), (vec!["c"], 0));
        let news = take(&mut window, answer(&[("d", 1100)], 1100), 2000);
        assert_eq!((ids(&news), window.seen.len()), (vec!["d"], 1), "what cannot come again is forgotten");
        let watched = Watched { read: Timestamp(2000), newest: Some(Timestamp(1100)) };
        assert_eq!(window.watched(), Some(watched));
    }

    #[test]
    fn a_store_that_began_anew_is_a_gap_since_the_last_read() {
        let mut window = EventWindow::new(None, Duration::from_millis(100));
        take(&mut window, answer(&[("a", 5_000)], 5_000), 5_100);
        take(&mut window, answer(&[], 5_000), 5_900);
        let news = take(&mut window, answer(&[], 4_900), 6_000);
        assert_eq!(gaps(&news), [(5_900, 6_000)], "until then everything was read");
        assert_eq!(window.since(), Timestamp(0));
        let news = take(&mut window, answer(&[("x", 5_500)], 5_500), 6_100);
        assert_eq!((ids(&news), news.gaps.len()), (vec!["x"], 0));
    }

    #[test]
    fn another_leader_is_believed_to_go_on_only_if_it_has_the_last_event() {
        let mut window = EventWindow::new(None, Duration::from_millis(100));
        take(&mut window, answer(&[("a", 5_000)], 5_000), 5_001);
        window.leader_changed();
        let news = take(&mut window, answer(&[("b", 5_050), ("a", 5_000)], 5_050), 6_000);
        assert_eq!((ids(&news), news.gaps.len()), (vec!["b"], 0), "the same store after all");
        window.leader_changed();
        let news = take(&mut window, answer(&[("y", 7_000)], 7_000), 7_001);
        assert_eq!((ids(&news), gaps(&news)), (vec!["y"], vec![(6_000, 7_001)]));
        assert_eq!(window.since(), Timestamp(0), "the whole of the new store is read once");
        let news = take(&mut window, answer(&[("y", 7_000), ("x", 4_000)], 7_000), 7_500);
        assert_eq!((ids(&news), news.gaps.len(), window.since()), (vec!["x"], 0, Timestamp(6_900)));
    }

    #[test]
    fn after_a_restart_the_time_of_the_last_event_tells_whether_the_store_is_the_same() {
        let mut window = again(5_500, Some(5_000));
        let news = take(&mut window, answer(&[("b", 5_050), ("a", 5_000)], 5_050), 6_000);
        assert_eq!((ids(&news), news.gaps.len()), (vec!["a", "b"], 0));
        let news = take(&mut again(5_500, Some(5_000)), answer(&[("b", 5_050)], 5_050), 6_000);
        assert_eq!(gaps(&news), [(5_500, 6_000)]);
    }

    #[test]
    fn a_restart_before_the_next_event_repeats_no_gap() {
        let mut window = EventWindow::new(None, Duration::from_millis(100));
        take(&mut window, answer(&[("a", 5_000)], 5_000), 5_100);
        window.leader_changed();
        assert_eq!(take(&mut window, answer(&[], 4_900), 6_000).gaps.len(), 1);
        let mut window = EventWindow::new(window.watched(), Duration::from_millis(100));
        window.leader_changed();
        assert_eq!(take(&mut window, answer(&[], 0), 7_000), News::default());
    }

    const HOUR: i64 = 3_600_000;

    #[test]
    fn an_hour_without_events_is_no_gap_while_somebody_reads() {
        let mut window = EventWindow::new(None, Duration::from_millis(100));
        take(&mut window, answer(&[("a", 5_000)], 5_000), 5_001);
        for minute in 1..90 {
            let at = 5_000 + minute * 60_000;
            let last = if at - 5_000 < HOUR { 5_000 } else { 4_900 };
            assert_eq!(take(&mut window, answer(&[], last), at), News::default(), "{minute}");
        }
        // Started again, with an event of these seconds: the one of before has expired.
        let at = 5_000 + 90 * 60_000;
        let mut restarted = again(at, Some(5_000));
        assert_eq!(gaps(&take(&mut restarted, answer(&[("b", at + 500)], at + 500), at + 1_000)), []);
        // Another leader says so by itself.
        let added =
            DroveEventsList { events: vec![event_of("EXECUTOR_ADDED", "b", at)], last_sync_time: Timestamp(at) };
        assert_eq!(gaps(&take(&mut again(at, Some(5_000)), added, at + 1_000)), [(at, at + 1_000)]);
    }

    #[test]
    fn what_expired_while_nobody_read_is_a_gap() {
        let at = 5_500 + HOUR + 1_000;
        let news = take(&mut again(5_500, Some(5_000)), answer(&[], 4_900), at);
        assert_eq!(gaps(&news), [(5_500, 6_500)], "a quiet hour, and a second before that which nobody knows");
        let news = take(&mut again(5_500, Some(5_000)), answer(&[("z", at - 10)], at - 10), at);
        assert_eq!(gaps(&news), [(5_500, 6_500)]);
    }

    #[test]
    fn a_full_answer_has_dropped_the_oldest() {
        let mut window = again(20, Some(10));
        let events: Vec<DroveEvent> =
            (0..WINDOW_SIZE).rev().map(|n| event(&n.to_string(), 1_000 + i64::try_from(n).unwrap())).collect();
        let last_sync_time = events[0].time;
        let news = take(&mut window, DroveEventsList { events, last_sync_time }, 99_999);
        assert_eq!(gaps(&news), [(20, 1_000)]);
        assert_eq!(news.events.len(), WINDOW_SIZE);
    }
}
