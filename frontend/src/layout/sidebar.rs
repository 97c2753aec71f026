use super::identity::Identity;
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
        <aside class="sidebar" aria-label="Navigation">
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

#[component]
fn ClusterName() -> impl IntoView {
    let cluster = use_live().cluster();
    let read = move |tell: fn(&ClusterStatus) -> String| {
        Memo::new(move |_| cluster.with(|c| c.as_ref().map(tell).unwrap_or_default()))
    };
    let (name, health, state) = (read(|c| c.name.clone()), read(|c| health(c).to_owned()), read(state));
    view! {
        <div class="cluster" title=move || format!("{}: {}", name.get(), state.get())>
            <span class="cluster__dot" data-health=move || health.get()></span>
            <span class="cluster__name">{name}</span>
            <span class="cluster__leader">{state}</span>
        </div>
    }
}

fn health(cluster: &ClusterStatus) -> &'static str {
    match (&cluster.leader, &cluster.maintenance) {
        (None, _) => "no-leader",
        (Some(_), Some(_)) => "maintenance",
        (Some(_), None) => "ok",
    }
}

fn state(cluster: &ClusterStatus) -> String {
    let state = if cluster.maintenance.is_some() { "Maintenance" } else { "Normal" };
    match &cluster.leader {
        // The port tells nothing here.
        Some(leader) => format!("{state} · leader {}", leader.split(':').next().unwrap_or(leader)),
        None => "No leader".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Timestamp, dashboard::Maintenance};

    #[test]
    fn the_cluster_is_told_in_one_line() {
        let mut cluster = ClusterStatus { leader: Some("ctl-1:4000".into()), ..ClusterStatus::default() };
        assert_eq!((state(&cluster).as_str(), health(&cluster)), ("Normal · leader ctl-1", "ok"));
        cluster.maintenance = Some(Maintenance { since: Timestamp(1), until: None });
        assert_eq!((state(&cluster).as_str(), health(&cluster)), ("Maintenance · leader ctl-1", "maintenance"));
        cluster.leader = None;
        assert_eq!((state(&cluster).as_str(), health(&cluster)), ("No leader", "no-leader"));
    }
}
