use super::{
    chips::Chips, export_menu::ExportMenu, filter_menu::FilterMenu, list::TaskList, list_query::ListQuery, pill::Pill,
    search_box::SearchBox,
};
use crate::{browser, ui::CopyButton};
use leptos::prelude::*;

/// Search, the filters in force, a way to more of them, the link to all this and a file of it, and what waits to be shown.
#[component]
pub(super) fn Filters(query: ListQuery, list: TaskList) -> impl IntoView {
    let link = Signal::derive(move || format!("{}{}", browser::origin(), query.address(&query.get())));
    view! {
        <div class="filters">
            <SearchBox query/>
            <Chips query list/>
            <FilterMenu query list/>
            <span class="wide-only"><CopyButton text=link label="Copy link"/></span>
            <ExportMenu query/>
            <Pill query list/>
        </div>
    }
}
