//! Light or dark. `style/start.js` applies what was remembered before the first paint; this changes and remembers it.

use crate::browser;
use leptos::prelude::*;

/// `start.js` reads the same name.
const REMEMBERED_AS: &str = "theme";

/// The theme shown.
#[derive(Clone, Copy, Debug)]
pub struct Theme(RwSignal<bool>);

/// Provides the theme as it is shown now; it follows the system's until someone chooses one.
pub fn provide_theme() {
    let dark = RwSignal::new(browser::theme().as_deref() == Some("dark"));
    browser::on_system_theme(move |system_is_dark| {
        // Who chose one keeps it.
        if browser::load(REMEMBERED_AS).is_none() {
            browser::set_theme(name(system_is_dark));
            dark.set(system_is_dark);
        }
    });
    provide_context(Theme(dark));
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
        browser::set_theme(name(dark));
        browser::store(REMEMBERED_AS, name(dark));
        self.0.set(dark);
    }
}

fn name(dark: bool) -> &'static str {
    if dark { "dark" } else { "light" }
}
