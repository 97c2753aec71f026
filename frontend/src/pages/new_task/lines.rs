use crate::browser::guarded;
use leptos::{ev::KeyboardEvent, prelude::*};

/// A text with more lines is scrolled.
const MOST_LINES: usize = 8;

/// A control that looks like a field of one line, keeps the line breaks of what is pasted, and grows with them.
#[component]
pub fn Lines(
    /// How it looks.
    class: &'static str,
    /// What it holds.
    #[prop(into)]
    value: Signal<String>,
    /// Takes what was typed.
    #[prop(into)]
    on_input: Callback<String>,
    /// The focus has left it.
    #[prop(into)]
    on_leave: Callback<()>,
    /// Its id.
    #[prop(optional, into)]
    id: Option<String>,
    /// Its name, where no label names it.
    #[prop(optional)]
    label: Option<&'static str>,
    /// Id of what is said about it.
    #[prop(optional, into)]
    described_by: Option<String>,
    /// Whether something is wrong with it.
    #[prop(optional, into)]
    invalid: Signal<bool>,
    /// Whether its letters are hidden.
    #[prop(optional, into)]
    masked: Signal<bool>,
) -> impl IntoView {
    // A text of one line needs no line break; with Shift it gets one.
    let key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && value.with_untracked(|value| !value.contains('\n')) {
            event.prevent_default();
        }
    };
    let rows = move || (value.with(|value| value.matches('\n').count()) + 1).min(MOST_LINES);
    view! {
        <textarea
            class=class
            id=id
            aria-label=label
            aria-describedby=described_by
            aria-invalid=move || invalid.get().then_some("true")
            autocomplete="off"
            spellcheck="false"
            rows=move || rows()
            data-masked=move || masked.get().then_some("")
            prop:value=move || value.get()
            on:input=guarded(move |event| on_input.run(event_target_value(&event)))
            on:keydown=guarded(key)
            on:blur=guarded(move |_| on_leave.run(()))
        ></textarea>
    }
}
