//! Whether single keys do something; a reader may switch that off.

use crate::browser;
use leptos::prelude::*;

const REMEMBERED_AS: &str = "shortcuts";

/// The switch.
#[derive(Clone, Copy, Debug)]
pub struct Shortcuts(RwSignal<bool>);

/// Provides the switch as it was left.
pub fn provide_shortcuts() {
    provide_context(Shortcuts(RwSignal::new(browser::load(REMEMBERED_AS).as_deref() != Some("off"))));
}

/// The switch.
pub fn use_shortcuts() -> Shortcuts {
    expect_context()
}

impl Shortcuts {
    /// Whether they are on. Tracked.
    pub fn are_on(&self) -> bool {
        self.0.get()
    }

    /// Whether a single key pressed now is meant as a shortcut: they are on, and no text is being typed.
    pub fn listen(&self) -> bool {
        self.0.get_untracked() && !browser::is_typing()
    }

    /// Switches them on or off, and remembers it.
    pub fn toggle(&self) {
        let on = !self.0.get_untracked();
        browser::store(REMEMBERED_AS, if on { "on" } else { "off" });
        self.0.set(on);
    }
}
