//! A spec, to be read.

mod environment;
mod groups;

use crate::{
    browser::guarded,
    components::spec_view::{
        environment::Environment,
        groups::{Group, groups},
    },
    ui::CopyButton,
};
use leptos::prelude::*;
use serde_json::Value;

/// The spec in words or as JSON. Secret-looking values are masked until they are asked for.
#[component]
pub fn SpecView(
    /// The document.
    #[prop(into)]
    spec: Signal<Value>,
    /// Where it comes from, and what it lacks.
    #[prop(into)]
    note: Signal<String>,
) -> impl IntoView {
    let as_json = RwSignal::new(false);
    let text = Memo::new(move |_| spec.with(|s| serde_json::to_string_pretty(s).unwrap_or_default()));
    let shown = Memo::new(move |_| spec.with(masked));
    let choice = move |own: bool, label: &'static str| {
        let pressed = move || if as_json.get() == own { "true" } else { "false" };
        view! {
            <button class="segmented__option" type="button" aria-pressed=move || pressed() on:click=guarded(move |_| as_json.set(own))>{label}</button>
        }.into_any()
    };
    let content = move || {
        match as_json.get() {
        true => {
            view! { <pre class="code" tabindex="0" role="group" aria-label="Spec as JSON"><code>{move || shown.get()}</code></pre> }
                .into_any()
        }
        false => view! {
            <div class="spec">
                {move || spec.with(|s| groups(s).into_iter().map(group).collect_view())}
                <Environment spec/>
            </div>
        }
        .into_any(),
    }
    };
    view! {
        <div class="section__head">
            <h2 class="section__title" id="spec-title">"Spec"</h2>
            <span class="section__note">{note}</span>
            <div class="section__end">
                <div class="segmented" role="group" aria-label="Spec view">{choice(false, "Form")}{choice(true, "JSON")}</div>
                <CopyButton text label="Copy spec, with its values"/>
            </div>
        </div>
        {move || content()}
    }
    .into_any()
}

fn group(group: Group) -> impl IntoView {
    let facts = group
        .facts
        .into_iter()
        .map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }.into_any())
        .collect_view();
    view! { <div><h3 class="spec__title">{group.title}</h3><dl class="facts">{facts}</dl></div> }
}

fn masked(spec: &Value) -> String {
    let mut spec = spec.clone();
    model::secret::mask_values(&mut spec);
    serde_json::to_string_pretty(&spec).unwrap_or_default()
}
