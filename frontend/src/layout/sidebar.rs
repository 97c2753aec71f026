use super::{cluster_name::ClusterName, identity::Identity};
use crate::{
    routes::{Page, use_paths},
    state::use_live,
    ui::{Icon, IconName},
};
use leptos::prelude::*;
use model::dashboard::{ClusterStatus, HistoryQuery};

/// Brand, cluster, navigation and user. A rail on middling screens, a bar at the bottom of narrow ones.
#[component]
pub(super) fn Sidebar(page: Memo<Page>) -> impl IntoView {
    let paths = use_paths();
    let cluster = use_live().cluster();
    let number = move |count: fn(&ClusterStatus) -> u64| Memo::new(move |_| cluster.with(|c| c.as_ref().map(count)));
    let (tasks, executors) = (number(|c| c.active_tasks), number(|c| c.executors));
    let home = paths.tasks(&HistoryQuery::default());
    view! {
        <aside class="sidebar" aria-label="Navigation" translate="no">
            <a class="brand" href=home.clone()>
                <svg class="brand__mark" aria-hidden="true"><use_ href=IconName::Brand.href()></use_></svg>
                <span class="brand__name">"Drove "<span class="brand__product">"Tasks"</span></span>
            </a>
            <ClusterName/>
            <nav class="nav" aria-label="Main">
                <a
                    class="nav__item nav__item--new"
                    href=paths.new_task()
                    title="New task"
                    aria-current=move || page.with(|p| *p == Page::NewTask).then_some("page")
                >
                    <Icon name=IconName::Plus/>
                    <span class="nav__label">"New task"</span>
                </a>
                <NavItem
                    address=home
                    icon=IconName::Tasks
                    label="Tasks"
                    current=Signal::derive(move || page.with(|p| matches!(p, Page::Tasks | Page::Task(_))))
                    count=tasks
                />
                <NavItem
                    address=paths.executors()
                    icon=IconName::Executors
                    label="Executors"
                    current=Signal::derive(move || page.with(|p| matches!(p, Page::Executors | Page::Executor(_))))
                    count=executors
                />
            </nav>
            <Identity/>
        </aside>
    }
}

#[component]
fn NavItem(
    address: String,
    icon: IconName,
    label: &'static str,
    current: Signal<bool>,
    #[prop(into)] count: Signal<Option<u64>>,
) -> impl IntoView {
    view! {
        <a class="nav__item" href=address title=label aria-current=move || current.get().then_some("page")>
            <Icon name=icon/>
            <span class="nav__label">{label}</span>
            // For the eye only: the link's name stays what it is.
            <span class="nav__count" aria-hidden="true">{move || count.get()}</span>
        </a>
    }
}
