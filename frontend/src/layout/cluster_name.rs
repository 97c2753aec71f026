use super::cluster_menu::ClusterMenu;
use crate::{
    browser::{is_open, leave_menu},
    state::{use_live, use_session},
    ui::{Icon, IconName, When},
};
use leptos::{ev, html, prelude::*};
use model::dashboard::ClusterStatus;

/// The cluster shown, and how it is. Behind it, unless the demo is all there is, the other clusters and its controllers.
#[component]
pub(super) fn ClusterName() -> impl IntoView {
    let (cluster, session) = (use_live().cluster(), use_session());
    let has_more = Memo::new(move |_| {
        let several = session.info().with(|info| info.as_ref().is_some_and(|info| info.clusters.len() > 1));
        several || cluster.with(|c| c.as_ref().is_some_and(|c| !c.simulated))
    });
    move || match has_more.get() {
        false => view! { <div class="cluster"><Told/></div> }.into_any(),
        true => view! { <Opened/> }.into_any(),
    }
}

#[component]
fn Opened() -> impl IntoView {
    let element = NodeRef::<html::Details>::new();
    let open = RwSignal::new(false);
    let shown = move || element.get_untracked().filter(|menu| is_open(menu));
    let key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape"
            && let Some(menu) = shown()
        {
            event.stop_propagation();
            leave_menu(&menu);
        }
    };
    view! {
        <details class="menu" node_ref=element on:toggle=move |_| open.set(shown().is_some()) on:keydown=key>
            <summary class="cluster cluster--more">
                <Told/>
                <span class="cluster__more"><Icon name=IconName::ChevronDown/></span>
            </summary>
            <When is=move || open.get()>
                <div class="menu__panel"><ClusterMenu/></div>
            </When>
        </details>
    }
}

#[component]
fn Told() -> impl IntoView {
    let (cluster, session) = (use_live().cluster(), use_session());
    let read = move |tell: fn(&ClusterStatus) -> String| {
        Memo::new(move |_| cluster.with(|c| c.as_ref().map(tell).unwrap_or_default()))
    };
    let (id, health, state) = (read(|c| c.name.clone()), read(|c| health(c).to_owned()), read(cluster_state));
    let name = Memo::new(move |_| {
        session.info().with(|info| {
            let label = info.as_ref().and_then(|info| info.clusters.iter().find(|c| id.with(|id| c.name == *id)));
            label.map_or_else(|| id.get(), |cluster| cluster.label.clone())
        })
    });
    view! {
        <span class="cluster__dot" data-health=move || health.get()></span>
        <span class="cluster__name" title=move || format!("{}: {}", name.get(), state.get())>{name}</span>
        <span class="cluster__leader">{state}</span>
    }
}

pub(super) fn health(cluster: &ClusterStatus) -> &'static str {
    match (&cluster.leader, &cluster.maintenance) {
        (None, _) => "no-leader",
        (Some(_), Some(_)) => "maintenance",
        (Some(_), None) => "ok",
    }
}

pub(super) fn cluster_state(cluster: &ClusterStatus) -> String {
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
        assert_eq!((cluster_state(&cluster).as_str(), health(&cluster)), ("Normal · leader ctl-1", "ok"));
        cluster.maintenance = Some(Maintenance { since: Timestamp(1), until: None });
        assert_eq!((cluster_state(&cluster).as_str(), health(&cluster)), ("Maintenance · leader ctl-1", "maintenance"));
        cluster.leader = None;
        assert_eq!((cluster_state(&cluster).as_str(), health(&cluster)), ("No leader", "no-leader"));
    }
}
