use crate::{
    api::{Api, ApiError, use_api},
    browser::{copy_text, with_connection},
    routes::{Replace, use_go, use_paths},
    state::{Toast, use_background, use_kills, use_live, use_session, use_toasts},
    ui::{IconName, Menu, MenuItem, Tone},
};
use leptos::prelude::*;
use model::{
    Outcome, TaskKey,
    capability::{ClusterTraits, can_kill_row},
    dashboard::TaskRow,
};
use std::pin::Pin;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

type Resubmit = fn(Api, TaskKey, u32) -> Pin<Box<dyn Future<Output = Option<ApiError>>>>;

/// Submits a run once more, as it was submitted; its code reads all that is known of a run, which the list does not need.
#[wasm_split(resubmit, fallible)]
fn resubmission() -> Result<Resubmit, SplitLoaderError> {
    Ok(|api, key, run| {
        Box::pin(async move {
            match api.task_detail(&key, Some(run)).await {
                Ok(detail) => api.resubmit(&detail).await.err(),
                // Nothing was sent.
                Err(error) => Some(ApiError::Refused { message: error.to_string(), words: Vec::new() }),
            }
        })
    })
}

/// What can be done with one run.
#[component]
pub(super) fn RowMenu(row: RwSignal<TaskRow>, killing: RwSignal<Option<TaskRow>>) -> impl IntoView {
    let id = row.with_untracked(|row| row.key.id.to_string());
    view! { <Menu label=format!("Actions for {id}")><Actions row killing/></Menu> }
}

#[component]
fn Actions(row: RwSignal<TaskRow>, killing: RwSignal<Option<TaskRow>>) -> impl IntoView {
    let (paths, go, toasts, background) = (use_paths(), use_go(), use_toasts(), use_background());
    let key = row.with_untracked(|row| row.key.clone());
    let id = key.id.to_string();
    let open = {
        let (go, paths) = (go.clone(), paths.clone());
        move |()| go(&row.with_untracked(|row| paths.task_of(row)), Replace::No)
    };
    let clone = move |()| go(&row.with_untracked(|row| paths.clone_of(row)), Replace::No);
    let copy = move |()| {
        let id = id.clone();
        background.spawn(async move {
            let toast = if copy_text(id.clone()).await {
                Toast::new(Tone::Success, format!("{id} copied"))
            } else {
                Toast::new(Tone::Warning, "The browser does not let the page copy").text(vec![id])
            };
            toasts.show(toast);
        });
    };
    let api = use_api();
    let resubmit = move |()| {
        let api = api.clone();
        let (key, run) = row.with_untracked(|row| (row.key.clone(), row.run));
        background.spawn(async move {
            let error = match with_connection(resubmission()).await {
                Ok(resubmit) => resubmit(api, key.clone(), run).await,
                Err(_) => {
                    Some(ApiError::Unavailable("A part of the page could not be loaded. Nothing was sent.".into()))
                }
            };
            toasts.show(Toast::resubmitted(&key.id, error.as_ref()));
        });
    };
    let was_not_placed = row.with_untracked(|row| row.outcome == Some(Outcome::NotPlaced));
    let why_not_kill = why_not_kill(row);
    let why_not_create = Signal::derive({
        let session = use_session();
        move || session.why_not_operate()
    });
    view! {
        <MenuItem label="Open" icon=IconName::ArrowRight on_press=open/>
        <MenuItem label="Clone" icon=IconName::Clone disabled=why_not_create on_press=clone/>
        {was_not_placed
            .then(|| {
                view! { <MenuItem label="Resubmit" icon=IconName::Refresh disabled=why_not_create on_press=resubmit/> }
            })}
        <MenuItem label="Copy ID" icon=IconName::Copy on_press=copy/>
        <div class="menu__sep"></div>
        <MenuItem
            label="Kill…"
            icon=IconName::Kill
            danger=true
            disabled=why_not_kill
            on_press=move |()| killing.set(Some(row.get_untracked()))
        />
    }
}

/// Why a run may not be killed now: the user, the cluster, the run itself, or a kill on its way.
fn why_not_kill(row: RwSignal<TaskRow>) -> Signal<Option<String>> {
    let (session, kills, cluster) = (use_session(), use_kills(), use_live().cluster());
    Signal::derive(move || {
        let traits = cluster.with(|cluster| cluster.as_ref().map(ClusterTraits::from).unwrap_or_default());
        row.with(|row| match can_kill_row(row, &traits) {
            Err(denied) => Some(denied.to_string()),
            Ok(()) if kills.is_sent(&row.key) => Some("Sent, waiting for the answer".into()),
            Ok(()) => session.why_not_operate(),
        })
    })
}
