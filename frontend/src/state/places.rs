//! Where the reader was in each entry of the browser's history, so that Back leads there again.

use crate::browser::{
    OwnedFrames, OwnedTimer, Place, before_clicks, chance, entry_key, load_in_tab, monotonic_ms, owned_frames,
    owned_listener, owned_timer, place_of, return_to, scroll_by_hand, set_entry_key, store_in_tab,
};
use leptos::{ev, prelude::*};
use std::collections::VecDeque;

const REMEMBERED_AS: &str = "places";
/// Entries whose places are known.
const KEPT: usize = 50;
/// How long rows may take to come, in milliseconds. After it the page is scrolled as far as it goes.
const PATIENCE: f64 = 10_000.0;

/// The places. Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    kept: StoredValue<Kept>,
    /// Key of the entry shown.
    entry: StoredValue<String>,
    /// Where the reader is being brought, and until when that is tried.
    returning: StoredValue<Option<(Place, f64)>>,
    frames: OwnedFrames,
    arriving: OwnedTimer,
}

/// Provides the places, and brings the reader back after a reload. Called before the router listens: it changes the page.
pub fn provide_places() {
    let places = Places {
        kept: StoredValue::new(Kept::read(&load_in_tab(REMEMBERED_AS).unwrap_or_default())),
        entry: StoredValue::new(String::new()),
        returning: StoredValue::new(None),
        frames: owned_frames(),
        arriving: owned_timer(),
    };
    scroll_by_hand();
    if places.enter() {
        places.come_back();
    }
    before_clicks(move |place| places.keep(place));
    owned_listener(ev::popstate, move |_| {
        places.leave();
        if places.enter() {
            places.come_back();
        }
    });
    owned_listener(ev::pagehide, move |_| {
        places.leave();
        store_in_tab(REMEMBERED_AS, &places.kept.with_value(Kept::write));
    });
    // A reader who scrolls or types is not moved any more.
    let stop = move || places.returning.set_value(None);
    owned_listener(ev::wheel, move |_| stop());
    owned_listener(ev::touchstart, move |_| stop());
    owned_listener(ev::pointerdown, move |_| stop());
    owned_listener(ev::keydown, move |_| stop());
    provide_context(places);
}

/// The places.
pub fn use_places() -> Places {
    expect_context()
}

impl Places {
    /// Notes where the reader is, before the page is left.
    pub fn leave(&self) {
        self.keep(place_of(None));
    }

    /// Notes that an address was gone to. The router has not yet made an entry of it.
    pub fn arrive(self) {
        self.arriving.start(0, move || {
            self.enter();
        });
    }

    fn keep(&self, place: Place) {
        let entry = self.entry.get_value();
        self.kept.update_value(|kept| kept.put(entry, place));
    }

    /// Takes over which entry is shown. Returns whether it has been shown before.
    fn enter(&self) -> bool {
        let known = entry_key();
        let is_known = known.is_some();
        self.entry.set_value(known.unwrap_or_else(|| {
            // Numbers from 0 to 1, as whole ones.
            let key = ((chance() * f64::from(u32::MAX)) as u32).to_string();
            set_entry_key(&key);
            self.returning.set_value(None);
            key
        }));
        is_known
    }

    fn come_back(self) {
        let place = self.kept.with_value(|kept| kept.get(&self.entry.get_value())).unwrap_or_default();
        self.returning.set_value(Some((place, monotonic_ms() + PATIENCE)));
        // In the first frame the title of the page gets the keyboard.
        self.frames.request(move || self.frames.request(move || self.try_to_return()));
    }

    fn try_to_return(self) {
        let Some((place, until)) = self.returning.get_value() else { return };
        if return_to(&place, monotonic_ms() > until) {
            self.returning.set_value(None);
        } else {
            self.frames.request(move || self.try_to_return());
        }
    }
}

/// Places by key of their entry, the newest last.
#[derive(Clone, Debug, Default, PartialEq)]
struct Kept(VecDeque<(String, Place)>);

impl Kept {
    fn put(&mut self, key: String, place: Place) {
        self.0.retain(|(known, _)| *known != key);
        self.0.push_back((key, place));
        while self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    fn get(&self, key: &str) -> Option<Place> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, place)| place.clone())
    }

    /// For the time after a reload: how far entries were scrolled.
    fn write(&self) -> String {
        self.0.iter().map(|(key, place)| format!("{key} {}\n", place.scroll)).collect()
    }

    fn read(text: &str) -> Self {
        let place = |line: &str| {
            let (key, scroll) = line.split_once(' ')?;
            Some((key.to_owned(), Place { scroll: scroll.parse().ok()?, link: None }))
        };
        Self(text.lines().filter_map(place).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(scroll: i32) -> Place {
        Place { scroll, link: None }
    }

    #[test]
    fn keeps_the_last_place_of_each_entry() {
        let mut kept = Kept::default();
        kept.put("a".into(), at(10));
        kept.put("b".into(), at(20));
        kept.put("a".into(), at(30));
        assert_eq!((kept.get("a"), kept.get("b"), kept.get("c")), (Some(at(30)), Some(at(20)), None));
        assert_eq!(Kept::read(&kept.write()), kept);
        assert_eq!(Kept::read("nonsense\n\na b c\n"), Kept::default());
    }

    #[test]
    fn forgets_the_oldest_entries() {
        let mut kept = Kept::default();
        for entry in 0..=KEPT {
            kept.put(entry.to_string(), at(0));
        }
        assert_eq!((kept.get("0"), kept.get("1")), (None, Some(at(0))));
    }
}
