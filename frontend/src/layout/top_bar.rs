use super::{ThemeButton, crumbs::Crumbs, freshness::FreshnessSign, identity::NarrowMenu};
use crate::{routes::Page, state::use_live, ui::When};
use leptos::prelude::*;

/// Where the reader is, whether the page is live, and the theme.
#[component]
pub(super) fn TopBar(page: Memo<Page>) -> impl IntoView {
    let cluster = use_live().cluster();
    let simulated = Memo::new(move |_| cluster.with(|c| c.as_ref().is_some_and(|c| c.simulated)));
    view! {
        <header class="top-bar" translate="no">
            <NarrowMenu/>
            <Crumbs page/>
            <div class="top-bar__end">
                <When is=move || simulated.get()>
                    <span class="tag" title="Executors and containers are simulated">"Simulated"</span>
                </When>
                <FreshnessSign/>
                <ThemeButton/>
            </div>
        </header>
    }
}
