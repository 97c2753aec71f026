//! The window of events that was read: what to ask for next, what is new in an answer, and what it has missed.

use model::{DroveEvent, DroveEventsList, Gap, Timestamp};
use std::{collections::HashMap, time::Duration};

/// Events asked for at most; exactly so many in an answer mean that others were dropped (contract 2.8).
pub const WINDOW_SIZE: usize = 10_000;
/// How long the leader keeps events (contract 2.8).
const RETENTION: Duration = Duration::from_secs(3600);

/// What was read so far.
#[derive(Debug)]
pub struct EventWindow {
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
    /// A window that goes on after `newest`. Later reads go back by `overlap`, because events of one moment may become
    /// visible one after the other.
    pub fn new(newest: Option<Timestamp>, overlap: Duration) -> Self {
        Self { newest, overlap, seen: HashMap::new(), doubtful: false, from_its_beginning: false }
    }

    /// Another controller may answer from now on.
    pub fn leader_changed(&mut self) {
        self.doubtful = true;
    }

    /// `lastSyncTime` of the next read.
    pub fn since(&self) -> Timestamp {
        if self.from_its_beginning {
            return Timestamp(0);
        }
        self.newest.map_or(Timestamp(0), |newest| Timestamp((newest - self.overlap).millis().max(0)))
    }

    /// Takes in the answer to a read with [`Self::since`]; `now` is the cluster's time.
    pub fn take(&mut self, answer: DroveEventsList, now: Timestamp) -> News {
        let mut news = News::default();
        let since = self.since();
        let full = answer.events.len() >= WINDOW_SIZE;
        let oldest = answer.events.last().map(|event| event.time);
        let is_doubtful = std::mem::take(&mut self.doubtful);
        self.from_its_beginning = false;
        if let Some(newest) = self.newest {
            let is_empty = answer.events.is_empty();
            let may_have_expired = is_empty && now.since(newest) >= RETENTION;
            let is_behind = answer.last_sync_time < newest && (is_empty || answer.last_sync_time < since);
            // The newest event is among those asked for again, unless the store has lost it. Of an earlier process only
            // its time is known.
            let is_ours = |event: &DroveEvent| self.seen.contains_key(&event.id) || event.time == newest;
            let is_other = is_doubtful && !full && !answer.events.iter().any(is_ours);
            if !may_have_expired && (is_behind || is_other) {
                news.gaps.push(gap(newest, now, "the leader changed, and its events began anew"));
                self.newest = None;
                self.from_its_beginning = true;
            } else if full && oldest.is_some_and(|oldest| oldest > newest) {
                news.gaps.push(gap(
                    newest,
                    oldest.unwrap_or(now),
                    "more events were raised than the cluster gives at once",
                ));
            }
        } else if full {
            news.gaps.push(gap(Timestamp(0), oldest.unwrap_or(now), "earlier events were not given"));
        }
        for event in answer.events.into_iter().rev() {
            if self.seen.insert(event.id.clone(), event.time).is_none() {
                self.newest = self.newest.max(Some(event.time));
                news.events.push(event);
            }
        }
        let kept = self.newest.map_or(Timestamp(0), |newest| newest - self.overlap);
        self.seen.retain(|_, time| *time > kept);
        news
    }
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
        serde_json::from_value(json!({"type": "EXECUTOR_ADDED", "id": id, "time": time, "metadata": {}})).unwrap()
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
        assert_eq!(window.since(), Timestamp(0));
        let news = window.take(answer(&[("b", 1005), ("a", 1000)], 1005), Timestamp(2000));
        assert_eq!((ids(&news), window.since()), (vec!["a", "b"], Timestamp(995)));
        let news = window.take(answer(&[("c", 1005), ("b", 1005), ("a", 1000)], 1005), Timestamp(2000));
        assert_eq!((ids(&news), news.gaps.len()), (vec!["c"], 0));
        let news = window.take(answer(&[("d", 1100)], 1100), Timestamp(2000));
        assert_eq!((ids(&news), window.seen.len()), (vec!["d"], 1), "what cannot come again is forgotten");
    }

    #[test]
    fn a_store_that_began_anew_is_a_gap() {
        let mut window = EventWindow::new(Some(Timestamp(5_000)), Duration::from_millis(100));
        let news = window.take(answer(&[], 4_900), Timestamp(6_000));
        assert_eq!((news.gaps[0].from, news.gaps[0].to), (Timestamp(5_000), Timestamp(6_000)));
        assert_eq!(window.since(), Timestamp(0));
        let news = window.take(answer(&[("x", 5_500)], 5_500), Timestamp(6_100));
        assert_eq!((ids(&news), news.gaps.len()), (vec!["x"], 0));
    }

    #[test]
    fn another_leader_is_believed_to_go_on_only_if_it_has_the_last_event() {
        let mut window = EventWindow::new(None, Duration::from_millis(100));
        window.take(answer(&[("a", 5_000)], 5_000), Timestamp(5_001));
        window.leader_changed();
        let news = window.take(answer(&[("b", 5_050), ("a", 5_000)], 5_050), Timestamp(6_000));
        assert_eq!((ids(&news), news.gaps.len()), (vec!["b"], 0), "the same store after all");
        window.leader_changed();
        let news = window.take(answer(&[("y", 7_000)], 7_000), Timestamp(7_001));
        assert_eq!((ids(&news), news.gaps[0].from, news.gaps[0].to), (vec!["y"], Timestamp(5_050), Timestamp(7_001)));
        assert_eq!(window.since(), Timestamp(0), "the whole of the new store is read once");
        let news = window.take(answer(&[("y", 7_000), ("x", 4_000)], 7_000), Timestamp(7_500));
        assert_eq!((ids(&news), news.gaps.len(), window.since()), (vec!["x"], 0, Timestamp(6_900)));
    }

    #[test]
    fn after_a_restart_the_time_of_the_last_event_tells_whether_the_store_is_the_same() {
        let again = || {
            let mut window = EventWindow::new(Some(Timestamp(5_000)), Duration::from_millis(100));
            window.leader_changed();
            window
        };
        let news = again().take(answer(&[("b", 5_050), ("a", 5_000)], 5_050), Timestamp(6_000));
        assert_eq!((ids(&news), news.gaps.len()), (vec!["a", "b"], 0));
        let news = again().take(answer(&[("b", 5_050)], 5_050), Timestamp(6_000));
        assert_eq!(news.gaps.len(), 1);
    }

    #[test]
    fn events_that_expired_in_a_quiet_hour_are_none() {
        let mut window = EventWindow::new(Some(Timestamp(5_000)), Duration::from_millis(100));
        let news = window.take(answer(&[], 4_900), Timestamp(5_000 + 3_600_000));
        assert_eq!(news, News::default());
    }

    #[test]
    fn a_full_answer_has_dropped_the_oldest() {
        let mut window = EventWindow::new(Some(Timestamp(10)), Duration::from_millis(1));
        let events: Vec<DroveEvent> =
            (0..WINDOW_SIZE).rev().map(|n| event(&n.to_string(), 1_000 + i64::try_from(n).unwrap())).collect();
        let last_sync_time = events[0].time;
        let news = window.take(DroveEventsList { events, last_sync_time }, Timestamp(99_999));
        assert_eq!((news.gaps[0].from, news.gaps[0].to), (Timestamp(10), Timestamp(1_000)));
        assert_eq!(news.events.len(), WINDOW_SIZE);
    }
}
