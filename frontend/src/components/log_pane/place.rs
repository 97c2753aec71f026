//! Where the lines are scrolled to. What the pane itself scrolls is remembered, so that it is never taken for a scroll of
//! the reader.

use crate::browser::{
    OwnedFrames, Scroll, element_by_id, owned_frames, places_in, press_first_in_sight, scroll_back, scroll_of,
    scroll_to_end, scroll_to_id,
};
use leptos::prelude::*;

/// Id of the scrolling element.
pub const LINES_ID: &str = "log-lines";

/// Scrolls the lines; cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    last: StoredValue<Scroll>,
    frames: OwnedFrames,
}

impl Place {
    /// The place of a pane that is not drawn yet.
    pub fn new() -> Self {
        Self { last: StoredValue::new(Scroll::default()), frames: owned_frames() }
    }

    /// Scrolls to the end once what is new was drawn, if `is_following` then.
    pub fn stick(self, is_following: impl Fn() -> bool + 'static) {
        self.write(move || {
            if let Some(lines) = element_by_id(LINES_ID).filter(|_| is_following()) {
                scroll_to_end(&lines);
            }
        });
    }

    /// Keeps the lines in sight where they are, whatever changes around them until the next paint.
    pub fn keep(self) {
        let Some(places) = element_by_id(LINES_ID).map(|lines| places_in(&lines)) else { return };
        self.write(move || {
            if let Some(lines) = element_by_id(LINES_ID) {
                scroll_back(&lines, &places);
            }
        });
    }

    /// Brings the element with this id into view, once it was drawn.
    pub fn show(self, id: String) {
        self.write(move || scroll_to_id(&id));
    }

    /// Id of the first row in sight that has one.
    pub fn first_in_sight(self) -> Option<String> {
        places_in(&element_by_id(LINES_ID)?).first().map(str::to_owned)
    }

    /// Clicks the first visible button.
    pub fn press_first(self) {
        if let Some(lines) = element_by_id(LINES_ID) {
            press_first_in_sight(&lines);
        }
    }

    /// After a scroll: where the lines were before, and where they are now.
    pub fn scrolled(self) -> Option<(Scroll, Scroll)> {
        let now = scroll_of(&element_by_id(LINES_ID)?);
        let before = self.last.get_value();
        self.last.set_value(now);
        Some((before, now))
    }

    fn write(self, scroll: impl FnOnce() + 'static) {
        self.frames.request(move || {
            scroll();
            if let Some(lines) = element_by_id(LINES_ID) {
                self.last.set_value(scroll_of(&lines));
            }
        });
    }
}
