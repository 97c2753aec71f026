//! The list of tasks, which is the home page. What it shows is in the URL; the server filters, sorts and pages.

mod chips;
mod counts;
mod empty;
mod export_menu;
mod filter_menu;
mod filters;
mod header;
mod keys;
mod list;
mod list_query;
mod pager;
mod pill;
mod row;
mod row_menu;
mod search_box;
mod table;
mod tabs;

use self::{
    counts::TaskCounts, empty::NothingFound, filters::Filters, keys::handle_keys, list::TaskList,
    list_query::ListQuery, pager::Pager, table::TaskTable, tabs::TaskTabs,
};
use crate::{
    layout::{PageHead, use_title},
    ui::{ErrorPanel, SkeletonRows},
};
use leptos::prelude::*;

/// What stands below the filters.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Loading,
    Error(String),
    Nothing,
    Table,
}

/// The list of tasks.
#[component]
pub fn TasksPage() -> impl IntoView {
    use_title(|| "Tasks".into());
    let query = ListQuery::from_url();
    let list = TaskList::following(query);
    handle_keys(list);
    // Notified only when another of these is to be shown: the table stays while its rows change.
    let content = Memo::new(move |_| match list.error() {
        Some(error) => Content::Error(error),
        None if !list.is_loaded() => Content::Loading,
        None if list.is_empty() => Content::Nothing,
        None => Content::Table,
    });
    let content = move || match content.get() {
        Content::Error(error) => view! {
            <ErrorPanel title="The tasks cannot be shown" text=error on_retry=move |()| list.reload()/>
        }
        .into_any(),
        Content::Loading => view! { <SkeletonRows label="Loading tasks"/> }.into_any(),
        Content::Nothing => view! { <NothingFound query list/> }.into_any(),
        Content::Table => view! { <TaskTable query list/> <Pager query list/> }.into_any(),
    };
    view! {
        <PageHead title="Tasks"/>
        <TaskTabs query list/>
        <TaskCounts query list/>
        <Filters query list/>
        {move || content()}
    }
}
