use super::list_query::ListQuery;
use crate::{
    api::use_api,
    browser::{close_menus, guarded},
    ui::{IconName, Menu},
};
use leptos::prelude::*;

/// Files of what the list shows, over all pages.
#[component]
pub(super) fn ExportMenu(query: ListQuery) -> impl IntoView {
    let api = use_api();
    let link = move |label: &'static str, format: &'static str| {
        let api = api.clone();
        view! {
            <a
                class="menu__item"
                download=""
                href=move || api.export(&query.get(), format)
                on:click=guarded(move |_| close_menus(None))
            >
                {label}
            </a>
        }
        .into_any()
    };
    view! {
        <Menu label="Export" icon=IconName::Download class="menu">
            {link("CSV", "csv")}
            {link("JSON lines", "jsonl")}
        </Menu>
    }
}
