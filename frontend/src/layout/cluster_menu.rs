use super::cluster_name::{cluster_state, health};
use crate::{
    api::use_api,
    browser::owned_tasks,
    routes::{Paths, use_paths},
};
use leptos::prelude::*;
use model::dashboard::{ClusterEntry, ClusterList, ControllerHealth, ControllerStatus};

/// The clusters served here, as links, and the controllers of the one shown. Asked for each time it is opened.
#[component]
pub(super) fn ClusterMenu() -> impl IntoView {
    let (api, paths) = (use_api(), use_paths());
    let answer = RwSignal::new(None);
    owned_tasks().spawn(async move {
        let list = api.clusters().await;
        answer.set(Some(list));
    });
    move || {
        answer.with(|answer| match answer {
            None => view! { <p class="menu__title" role="status">"Asking…"</p> }.into_any(),
            Some(Err(error)) => view! { <p class="menu__title" role="status">{error.to_string()}</p> }.into_any(),
            Some(Ok(list)) => draw(list, &paths),
        })
    }
}

fn draw(list: &ClusterList, paths: &Paths) -> AnyView {
    let shown = paths.cluster();
    let here = list.clusters.iter().find(|entry| Some(entry.label.name.as_str()) == shown).or(list.clusters.first());
    let controllers = here.map(|entry| entry.controllers.as_slice()).unwrap_or_default();
    let own = here.map(|entry| entry.label.name.as_str());
    let clusters = list.clusters.iter().map(|entry| cluster(entry, paths, Some(entry.label.name.as_str()) == own));
    let title = (!controllers.is_empty()).then(|| view! { <p class="menu__title">"Controllers"</p> }.into_any());
    view! {
        <p class="menu__title">"Clusters"</p>
        {clusters.collect_view()}
        {title}
        {controllers.iter().map(controller).collect_view()}
    }
    .into_any()
}

fn cluster(entry: &ClusterEntry, paths: &Paths, is_here: bool) -> AnyView {
    let (health, state) = match &entry.status {
        Some(status) => (health(status), cluster_state(status)),
        None => ("unknown", "not signed in".to_owned()),
    };
    let colour = entry.label.colour.clone().unwrap_or_else(|| "transparent".into());
    view! {
        // Another cluster is another page, with another session: the server is asked for it.
        <a
            class="menu__item cluster-entry"
            href=paths.cluster_home(&entry.label.name)
            rel="external"
            aria-current=is_here.then_some("true")
        >
            <span class="cluster__colour" aria-hidden="true" style=("--colour", colour)></span>
            <span class="cluster__dot" data-health=health></span>
            <span class="cluster-entry__name">{entry.label.label.clone()}</span>
            <span class="menu__note">{state}</span>
        </a>
    }
    .into_any()
}

fn controller(status: &ControllerStatus) -> AnyView {
    let said = match (&status.health, &status.detail) {
        (ControllerHealth::Unreachable | ControllerHealth::Locked, Some(detail)) => detail.clone(),
        (health, _) => health_word(health).to_owned(),
    };
    view! {
        <p class="cluster-entry cluster-entry--controller" data-health=status.health.as_str().to_owned()>
            <span class="cluster-entry__name">{address(&status.address)}</span>
            <span class="menu__note">{said}</span>
        </p>
    }
    .into_any()
}

fn health_word(health: &ControllerHealth) -> &str {
    match health {
        ControllerHealth::Leader => "leads",
        ControllerHealth::Standby => "standby",
        ControllerHealth::Locked => "refuses the dashboard’s account",
        ControllerHealth::Unreachable => "does not answer",
        ControllerHealth::Unknown => "not asked yet",
        ControllerHealth::Other(name) => name,
    }
}

/// `http://ctl-1:4000` → `ctl-1:4000`.
fn address(url: &str) -> String {
    url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/').to_owned()
}
