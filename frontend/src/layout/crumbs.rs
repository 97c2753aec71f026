use crate::{
    format::cut_middle,
    routes::{Page, use_paths},
};
use leptos::prelude::*;
use model::dashboard::HistoryQuery;

/// Longest name shown whole.
const ROOM: usize = 40;

/// The way to this page.
#[component]
pub(super) fn Crumbs(page: Memo<Page>) -> impl IntoView {
    let paths = use_paths();
    let crumbs = move || {
        let tasks = || Some(("Tasks", paths.tasks(&HistoryQuery::default())));
        let (parent, here) = match page.get() {
            Page::Tasks => (None, "Tasks".to_owned()),
            Page::Task(key) => (tasks(), cut_middle(key.id.as_str(), ROOM)),
            Page::NewTask => (tasks(), "New task".to_owned()),
            Page::Executors => (None, "Executors".to_owned()),
            Page::Executor(id) => (Some(("Executors", paths.executors())), cut_middle(id.as_str(), ROOM)),
            Page::Login => (None, "Sign in".to_owned()),
            Page::NotFound => (tasks(), "Not found".to_owned()),
        };
        let parent = parent.map(|(label, address)| {
            view! { <a href=address>{label}</a><span class="crumbs__sep" aria-hidden="true">"/"</span> }.into_any()
        });
        view! { {parent}<span aria-current="page">{here}</span> }.into_any()
    };
    view! { <nav class="crumbs" aria-label="Breadcrumb">{move || crumbs()}</nav> }
}
