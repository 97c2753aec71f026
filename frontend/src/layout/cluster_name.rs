use super::cluster_menu::ClusterMenu;
use crate::{
    routes::use_paths,
    state::{use_live, use_session},
    ui::{Icon, IconName, MenuFrame},
};
use leptos::prelude::*;
use model::dashboard::{ClusterLabel, ClusterStatus};

/// The cluster shown, and how it is. Behind it, unless the demo is all there is, the other clusters and its controllers.
#[component]
pub(super) fn ClusterName() -> impl IntoView {
    let has_more = has_more();
    move || match has_more.get() {
        false => view! { <div class="cluster"><Told/></div> }.into_any(),
        true => view! {
            <MenuFrame button_class="cluster cluster--more" button=with_more anew=true>
                <ClusterMenu/>
            </MenuFrame>
        }
        .into_any(),
    }
}

/// Whether there are other clusters, or controllers to be told of.
pub(super) fn has_more() -> Memo<bool> {
    let (cluster, session) = (use_live().cluster(), use_session());
    Memo::new(move |_| {
        let several = session.info().with(|info| info.as_ref().is_some_and(|info| info.clusters.len() > 1));
        several || cluster.with(|c| c.as_ref().is_some_and(|c| !c.simulated))
    })
}

fn with_more() -> AnyView {
    view! {
        <Told/>
        <span class="cluster__more"><Icon name=IconName::ChevronDown/></span>
    }
    .into_any()
}

#[component]
fn Told() -> impl IntoView {
    let (cluster, session, paths) = (use_live().cluster(), use_session(), use_paths());
    let read = move |tell: fn(&ClusterStatus) -> String| {
        Memo::new(move |_| {
            // Opened while it had no leader, nothing else was told of it yet.
            let leaderless = || session.is_unverified().then(ClusterStatus::default);
            cluster.with(|c| c.as_ref().map(tell).or_else(|| Some(tell(&leaderless()?))).unwrap_or_default())
        })
    };
    let (told, health, state) = (read(|c| c.name.clone()), read(|c| health(c).to_owned()), read(cluster_state));
    let own = paths.cluster().map(ToOwned::to_owned);
    let label = Memo::new(move |_| {
        let id = told.with(|told| (!told.is_empty()).then(|| told.clone())).or_else(|| own.clone());
        session
            .info()
            .with(|info| {
                let mut clusters = info.as_ref()?.clusters.iter();
                let label = match &id {
                    Some(id) => clusters.find(|cluster| cluster.name == *id),
                    None => clusters.next(),
                };
                label.cloned()
            })
            .unwrap_or_else(|| ClusterLabel { label: id.unwrap_or_default(), ..ClusterLabel::default() })
    });
    let name = Memo::new(move |_| label.with(|label| label.label.clone()));
    let colour = move || label.with(|label| label.colour.clone()).unwrap_or_else(|| "transparent".into());
    view! {
        <span class="cluster__colour" aria-hidden="true" style=("--colour", colour)></span>
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
