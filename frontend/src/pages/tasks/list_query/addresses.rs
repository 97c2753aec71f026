//! Queries, their addresses and the links of the list, in combinations that nobody would write down.

use super::{changed, clear_filters, open_tab, sort_by, toggle, toggle_outcome, toggle_state};
use crate::{
    pages::tasks::pager::{last_page, next, previous},
    routes::{Paths, history_query},
};
use model::{
    Outcome, TaskState, Timestamp,
    dashboard::{Count, HistoryQuery, SortKey, Tab},
};

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        let at = usize::try_from(self.below(of.len() as u64)).unwrap_or(0);
        of[at].clone()
    }

    /// Text of the characters that addresses and lists are made of.
    fn text(&mut self) -> String {
        const PIECES: [&str; 22] = [
            ",", "\\", "=", "&", "+", "%", "%2C", " ", "#", "?", "/", "'", "\"", "-", "a", "B", "7", "é", "日",
            "\u{202e}", "\n", ";",
        ];
        (0..=self.below(5)).map(|_| self.pick(&PIECES)).collect()
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        if self.below(3) > 0 {
            return Vec::new();
        }
        (0..=self.below(3)).map(|_| item(self)).collect()
    }

    fn time(&mut self) -> Option<Timestamp> {
        (self.below(4) == 0).then(|| Timestamp(i64::try_from(self.below(1 << 42)).unwrap_or(0)))
    }

    fn query(&mut self) -> HistoryQuery {
        let state = |dice: &mut Self| {
            if dice.below(4) == 0 { TaskState::from_wire("PLACING") } else { dice.pick(TaskState::ALL) }
        };
        let outcome = |dice: &mut Self| {
            if dice.below(4) == 0 { Outcome::from_wire("EVICTED") } else { dice.pick(Outcome::ALL) }
        };
        HistoryQuery {
            tab: self.pick(Tab::ALL),
            text: if self.below(2) == 0 { self.text() } else { String::new() },
            apps: self.list(Self::text),
            states: self.list(state),
            outcomes: self.list(outcome),
            executors: self.list(Self::text),
            submitters: self.list(Self::text),
            tags: self.list(Self::text),
            since: self.time(),
            until: self.time(),
            sort: self.pick(SortKey::ALL),
            descending: self.below(2) == 0,
            page: u32::try_from(1 + self.below(60)).unwrap_or(1),
            after: None,
            size: self.pick(&[1, 20, 100, 500]),
        }
    }
}

/// What the page that `query` links to is asked for.
fn followed(query: &HistoryQuery) -> HistoryQuery {
    let address = Paths::around("", "/").tasks(query);
    let (path, search) = address.split_once('?').unwrap_or((&address, ""));
    assert_eq!(path, "/", "{address}");
    assert!(!search.contains(['?', '#', ' ', '+', '"']), "the browser would change {address}");
    history_query(search)
}

#[test]
fn every_query_reads_back_from_its_address() {
    let mut dice = Dice(0x5eed);
    for _ in 0..2_000 {
        let query = dice.query();
        assert_eq!(followed(&query), query);
    }
}

#[test]
fn the_pager_changes_the_page_by_one_and_nothing_else() {
    let mut dice = Dice(0xd1ce);
    for _ in 0..2_000 {
        let query = dice.query();
        let matching = Count { n: dice.below(10_000), more: false };
        let last = last_page(matching, query.size);
        match next(&query, matching) {
            Some(target) => {
                assert_eq!(followed(&target), HistoryQuery { page: query.page + 1, ..query.clone() });
                assert!(target.page <= last);
            }
            None => assert!(query.page >= last, "page {} of {last} has no next one", query.page),
        }
        match previous(&query, matching) {
            Some(target) => assert_eq!(followed(&target), HistoryQuery { page: query.page - 1, ..query.clone() }),
            None => assert_eq!(query.page, 1),
        }
    }
}

#[test]
fn links_that_narrow_or_sort_lead_to_the_first_page_and_keep_the_rest() {
    let mut dice = Dice(0xc0de);
    for _ in 0..2_000 {
        let query = dice.query();
        let (tab, key) = (dice.pick(Tab::ALL), dice.pick(SortKey::ALL));
        let (state, outcome, app) = (dice.pick(TaskState::ALL), dice.pick(Outcome::ALL), dice.text());
        let targets = [
            changed(query.clone(), |q| open_tab(q, tab)),
            changed(query.clone(), |q| sort_by(q, &key)),
            changed(query.clone(), |q| toggle_state(q, &state)),
            changed(query.clone(), |q| toggle_outcome(q, &outcome)),
            changed(query.clone(), |q| toggle(&mut q.apps, &app)),
            changed(query.clone(), clear_filters),
        ];
        for target in targets {
            assert_eq!(followed(&target), target);
            assert_eq!((target.page, target.size), (1, query.size));
        }
        let sorted = changed(query.clone(), |q| sort_by(q, &key));
        assert_eq!(
            HistoryQuery { sort: query.sort.clone(), descending: query.descending, page: query.page, ..sorted },
            query
        );
        // Pressed twice, a filter is as it was, wherever its items come from.
        let twice =
            changed(followed(&changed(query.clone(), |q| toggle(&mut q.apps, &app))), |q| toggle(&mut q.apps, &app));
        let before: Vec<_> = query.apps.iter().filter(|known| **known != app).collect();
        let after: Vec<_> = twice.apps.iter().filter(|known| **known != app).collect();
        assert_eq!(before, after);
    }
}
