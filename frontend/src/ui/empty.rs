use super::{Button, Icon, IconName, IconSize};
use leptos::prelude::*;

/// Nothing to show, and what to do about it.
#[component]
pub fn Empty(
    /// Picture.
    icon: IconName,
    /// What is not there.
    #[prop(into)]
    title: String,
    /// Why, and what to do.
    #[prop(into)]
    text: Signal<String>,
    /// Buttons and links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name=icon size=IconSize::Large/>
            <h2 class="empty__title">{title}</h2>
            <p class="empty__text">{text}</p>
            {children.map(|children| view! { <div class="empty__actions">{children()}</div> }.into_any())}
        </div>
    }
}

/// Something could not be loaded: the server's words, and a way to try again.
#[component]
pub fn ErrorPanel(
    /// What could not be loaded.
    #[prop(into)]
    title: String,
    /// The server's words.
    #[prop(into)]
    text: Signal<String>,
    /// Tries again.
    #[prop(into)]
    on_retry: Callback<()>,
) -> impl IntoView {
    view! {
        <div role="alert">
            <Empty icon=IconName::Warning title text>
                <Button label="Try again" icon=IconName::Refresh on_press=on_retry/>
            </Empty>
        </div>
    }
}
