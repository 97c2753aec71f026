use super::{IconButton, IconName};
use crate::browser::{copy_text, owned_tasks, owned_timer};
use leptos::prelude::*;

const TICK_SHOWS_MS: u32 = 1_600;

/// Copies a text; a tick shows that it did.
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: Signal<String>,
    /// Name of the button: `Copy task ID`.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let copied = RwSignal::new(None::<bool>);
    let (tasks, tick) = (owned_tasks(), owned_timer());
    let copy = move |()| {
        let text = text.get_untracked();
        tasks.spawn(async move {
            copied.set(Some(copy_text(text).await));
            tick.start(TICK_SHOWS_MS, move || copied.set(None));
        });
    };
    let icon = Signal::derive(move || match copied.get() {
        None => IconName::Copy,
        Some(true) => IconName::Check,
        Some(false) => IconName::Warning,
    });
    let name = Signal::derive(move || match copied.get() {
        None => label.clone(),
        Some(true) => "Copied".to_owned(),
        Some(false) => "The browser does not let the page copy".to_owned(),
    });
    view! { <IconButton label=name icon on_press=copy/> }
}
