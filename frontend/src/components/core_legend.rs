use super::CoreMapSize;
use crate::ui::Use;
use leptos::prelude::*;

/// What the cells of a core map mean.
#[component]
pub fn CoreLegend(
    /// Whether one task's own cores stand out on the map.
    #[prop(optional)]
    mine: bool,
    /// How large the map is drawn: small cells are filled more strongly.
    #[prop(optional)]
    size: CoreMapSize,
) -> impl IntoView {
    let item = |used_by: Use, label: &'static str| {
        view! { <span class="legend__item"><span class="core-map__core" data-use=used_by.as_str()></span>{label}</span> }
            .into_any()
    };
    let tasks = if mine { "Other tasks" } else { "Tasks" };
    view! {
        <div class=if size == CoreMapSize::Row { "legend legend--s" } else { "legend" }>
            {mine.then(|| item(Use::Mine, "This task"))}
            {item(Use::Task, tasks)}
            {item(Use::App, "Applications and services")}
            {item(Use::Free, "Free")}
        </div>
    }
    .into_any()
}
