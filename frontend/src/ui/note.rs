use super::{Icon, Tone};
use leptos::prelude::*;

/// A notice inside a page or a form. Bad news is read out at once.
#[component]
pub fn Note(
    /// What it is about.
    tone: Tone,
    /// First line.
    #[prop(into)]
    title: String,
    /// More lines.
    #[prop(optional)]
    lines: Vec<String>,
) -> impl IntoView {
    view! {
        <div class="note" data-tone=tone.as_str() role=if tone == Tone::Danger { "alert" } else { "status" }>
            <Icon name=tone.icon()/>
            <div class="note__body">
                <p class="note__title">{title}</p>
                {lines.into_iter().map(|line| view! { <p>{line}</p> }.into_any()).collect_view()}
            </div>
        </div>
    }
}
