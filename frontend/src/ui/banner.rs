use super::{Icon, IconName, Tone};
use leptos::prelude::*;

/// A line over the whole width, under the top bar.
#[component]
pub fn Banner(
    /// What it is about.
    tone: Tone,
    /// Its picture.
    icon: IconName,
    /// What is the matter, in two or three words.
    #[prop(into)]
    title: String,
    /// What that means for the reader.
    #[prop(into)]
    text: Signal<String>,
    /// A time that counts down, if there is one.
    #[prop(into)]
    clock: Signal<Option<String>>,
    /// How many other banners wait behind this one.
    more: usize,
) -> impl IntoView {
    view! {
        <div class="banner" data-tone=tone.as_str() role="status" translate="no">
            <Icon name=icon/>
            <p class="banner__text"><b>{title}</b>" "{text}</p>
            // A second that passes is no news for a screen reader.
            {move || clock.get().map(|clock| view! { <span class="banner__clock" role="timer" aria-live="off">{clock}</span> }.into_any())}
            {(more > 0).then(|| view! { <span class="tag">{format!("+{more}")}</span> }.into_any())}
        </div>
    }
}
