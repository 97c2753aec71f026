use super::{
    list::{TaskList, tab_count},
    list_query::{ListQuery, changed, open_tab},
};
use crate::format::format_count;
use leptos::prelude::*;
use model::dashboard::Tab;

/// Active, finished, all: links, so that each can be opened elsewhere.
#[component]
pub(super) fn TaskTabs(query: ListQuery, list: TaskList) -> impl IntoView {
    let open = query.part(|query| query.tab.clone());
    let tab = move |tab: Tab, label: &'static str| {
        let (target, counted, own) = (tab.clone(), tab.clone(), tab);
        view! {
            <a
                class="tabs__tab"
                data-noscroll
                href=move || query.address(&changed(query.get(), |q| open_tab(q, target.clone())))
                aria-current=move || open.with(|open| *open == own).then_some("page")
            >
                {label}
                " "
                <span class="tabs__n">
                    {move || list.is_loaded().then(|| format_count(list.counts().with(|c| tab_count(c, &counted))))}
                </span>
            </a>
        }
        .into_any()
    };
    view! {
        <nav class="tabs tasks__tabs" aria-label="Which tasks">
            {tab(Tab::Active, "Active")}
            {tab(Tab::Finished, "Finished")}
            {tab(Tab::All, "All")}
        </nav>
    }
}
