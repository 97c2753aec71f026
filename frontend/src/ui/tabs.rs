use crate::browser::{focus_by_id, guarded};
use leptos::{ev::KeyboardEvent, prelude::*};

/// One tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// Identity; the tab has the id `tab-{id}` and its panel `panel-{id}`.
    pub id: &'static str,
    /// Its name.
    pub label: &'static str,
}

/// Tabs that switch panels within a page; arrow keys move between them.
#[component]
pub fn Tabs(
    /// Name of the group.
    #[prop(into)]
    label: String,
    /// The tabs.
    tabs: &'static [Tab],
    /// Which one is open.
    selected: RwSignal<&'static str>,
) -> impl IntoView {
    let step = move |by: usize| {
        let at = tabs.iter().position(|tab| tab.id == selected.get_untracked()).unwrap_or_default();
        if let Some(tab) = tabs.get((at + by) % tabs.len().max(1)) {
            selected.set(tab.id);
            focus_by_id(&format!("tab-{}", tab.id));
        }
    };
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowRight" => step(1),
        "ArrowLeft" => step(tabs.len().saturating_sub(1)),
        _ => {}
    };
    let tab = |tab: &'static Tab| {
        let is_open = move || selected.get() == tab.id;
        view! {
            <button
                class="tabs__tab"
                type="button"
                role="tab"
                id=format!("tab-{}", tab.id)
                aria-controls=format!("panel-{}", tab.id)
                aria-selected=move || if is_open() { "true" } else { "false" }
                tabindex=move || if is_open() { "0" } else { "-1" }
                on:click=guarded(move |_| selected.set(tab.id))
            >
                {tab.label}
            </button>
        }
        .into_any()
    };
    view! {
        <div class="tabs" role="tablist" aria-label=label on:keydown=guarded(key)>
            {tabs.iter().map(tab).collect_view()}
        </div>
    }
}

/// The panel of a tab. It stays in the document while another is open, so what was typed in it is kept.
#[component]
pub fn TabPanel(
    /// Identity of its tab.
    id: &'static str,
    /// Which tab is open.
    selected: RwSignal<&'static str>,
    /// Content.
    children: Children,
) -> impl IntoView {
    view! {
        <div
            role="tabpanel"
            id=format!("panel-{id}")
            aria-labelledby=format!("tab-{id}")
            hidden=move || selected.get() != id
        >
            {children()}
        </div>
    }
}
