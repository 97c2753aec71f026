use super::page_head::use_shown_title;
use crate::{
    routes::{Page, use_paths},
    ui::CutMiddle,
};
use leptos::prelude::*;
use model::dashboard::HistoryQuery;

/// The way to this page.
#[component]
pub(super) fn Crumbs(page: Memo<Page>) -> impl IntoView {
    let paths = use_paths();
    let title = use_shown_title();
    let crumbs = move || {
        let tasks = || Some(("Tasks", paths.tasks(&HistoryQuery::default())));
        let (parent, here) = match page.get() {
            Page::Tasks => (None, "Tasks".to_owned()),
            Page::Task(key) => (tasks(), key.id.to_string()),
            Page::NewTask => (tasks(), "New task".to_owned()),
            Page::Executors => (None, "Executors".to_owned()),
            // Its page knows the shortest name that tells it apart.
            Page::Executor(_) => (Some(("Executors", paths.executors())), title.get()),
            Page::Login => (None, "Sign in".to_owned()),
            Page::NotFound => (tasks(), "Not found".to_owned()),
        };
        let parent = parent.map(|(label, address)| {
            view! { <a href=address>{label}</a><span class="crumbs__sep" aria-hidden="true">"/"</span> }.into_any()
        });
        view! { {parent}<span aria-current="page"><CutMiddle text=here/></span> }.into_any()
    };
    view! { <nav class="crumbs" aria-label="Breadcrumb">{move || crumbs()}</nav> }
}
