use leptos::prelude::*;

/// Names and values; what is not known is left out.
pub(super) fn facts(facts: Vec<(&'static str, Option<String>)>) -> impl IntoView {
    facts
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| view! { <dt>{name}</dt><dd>{value}</dd> }.into_any()))
        .collect_view()
}
