use crate::browser::guarded;
use leptos::prelude::*;

/// One entry of a [`Select`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What is read.
    pub label: String,
}

impl Choice {
    /// An entry.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// A choice of one among several.
#[component]
pub fn Select(
    /// Id, for the label of a [`super::Field`].
    #[prop(into)]
    id: String,
    /// What can be chosen.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// What is chosen.
    #[prop(into)]
    value: Signal<String>,
    /// Takes what the user chose.
    #[prop(into)]
    on_choose: Callback<String>,
    /// Name, where no label stands beside it.
    #[prop(optional, into)]
    label: Option<String>,
    /// Small, for bars and headers.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let entries = move || {
        let chosen = value.get();
        let entry = |Choice { value, label }: Choice| {
            let is_chosen = value == chosen;
            view! { <option value=value selected=is_chosen>{label}</option> }.into_any()
        };
        choices.get().into_iter().map(entry).collect_view()
    };
    view! {
        <select
            class=if small { "input input--s" } else { "input" }
            id=id.clone()
            aria-label=label
            aria-describedby=format!("{id}-note")
            prop:value=move || value.get()
            on:change=guarded(move |event| on_choose.run(event_target_value(&event)))
        >
            {move || entries()}
        </select>
    }
}
