use crate::browser::{guarded, scroll_to_top_of};
use leptos::{ev::MouseEvent, prelude::*};

/// Sections that the sticky row leads to: id and name.
pub(super) const SECTIONS: &[(&str, &str)] =
    &[("timeline", "Timeline"), ("log", "Log"), ("cores", "Cores"), ("spec", "Spec")];

/// The sticky row of sections.
#[component]
pub(super) fn Jump(
    /// Where it leads.
    sections: &'static [(&'static str, &'static str)],
    /// Runs that were never reported have neither log nor cores.
    has_log: Signal<bool>,
) -> impl IntoView {
    let links = move || {
        sections
            .iter()
            .filter(|(id, _)| has_log.get() || !matches!(*id, "log" | "cores"))
            .map(|(id, name)| {
                let go = move |event: MouseEvent| {
                    event.prevent_default();
                    scroll_to_top_of(id);
                };
                view! { <a class="tabs__tab" href=format!("#{id}") on:click=guarded(go)>{*name}</a> }.into_any()
            })
            .collect_view()
    };
    view! { <nav class="tabs task-nav" aria-label="On this page">{move || links()}</nav> }
}
