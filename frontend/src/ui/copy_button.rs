use super::{IconButton, IconName};
use crate::browser::copy_text;
use leptos::{leptos_dom::helpers::set_timeout, prelude::*, task::spawn_local};
use std::time::Duration;

const TICK_SHOWS: Duration = Duration::from_millis(1_600);

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
    let copy = move |()| {
        let text = text.get_untracked();
        spawn_local(async move {
            let done = copy_text(text).await;
            copied.try_set(Some(done));
            set_timeout(
                move || {
                    copied.try_set(None);
                },
                TICK_SHOWS,
            );
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
