use crate::{
    state::use_theme,
    ui::{IconButton, IconName},
};
use leptos::prelude::*;

/// Switches between light and dark.
#[component]
pub fn ThemeButton() -> impl IntoView {
    let theme = use_theme();
    view! {
        <IconButton
            label="Switch theme"
            icon=IconName::Theme
            on_press=move |()| theme.toggle()
            pressed=Signal::derive(move || theme.is_dark())
        />
    }
}
