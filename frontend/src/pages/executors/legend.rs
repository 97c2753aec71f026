use crate::ui::Use;
use leptos::prelude::*;

/// What the cells of a core map mean.
#[component]
pub(in crate::pages) fn Legend() -> impl IntoView {
    let item = |used_by: Use, label: &'static str| {
        view! { <span class="legend__item"><span class="core-map__core" data-use=used_by.as_str()></span>{label}</span> }.into_any()
    };
    view! {
        <div class="legend">
            {item(Use::Task, "Tasks")}
            {item(Use::App, "Applications and services")}
            {item(Use::Free, "Free")}
        </div>
    }
}
