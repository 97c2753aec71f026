//! Light or dark. `style/theme-init.js` applies what was remembered before the first paint; this changes and remembers it.

use crate::browser;
use leptos::prelude::*;

/// `theme-init.js` reads the same name.
const REMEMBERED_AS: &str = "theme";

/// The theme shown.
#[derive(Clone, Copy, Debug)]
pub struct Theme(RwSignal<bool>);

/// Provides the theme as it is shown now.
pub fn provide_theme() {
    provide_context(Theme(RwSignal::new(browser::theme().as_deref() == Some("dark"))));
}

/// The theme.
pub fn use_theme() -> Theme {
    expect_context()
}

impl Theme {
    /// Whether it is the dark one. Tracked.
    pub fn is_dark(&self) -> bool {
        self.0.get()
    }

    /// Changes to the other one, and remembers it.
    pub fn toggle(&self) {
        let dark = !self.0.get_untracked();
        let name = if dark { "dark" } else { "light" };
        browser::set_theme(name);
        browser::store(REMEMBERED_AS, name);
        self.0.set(dark);
    }
}
