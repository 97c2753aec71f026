use crate::{
    components::ExecutorBadge,
    format::{clock_ahead, format_ago, format_duration},
    state::{use_blacklisting, use_clock, use_live, use_session},
    ui::{Button, ButtonStyle, CopyButton, IconName},
};
use leptos::prelude::*;
use model::{ExecutorState, dashboard::ExecutorLive};

/// Name, state, and the way in and out of service.
#[component]
pub(super) fn ExecutorHead(
    row: RwSignal<ExecutorLive>,
    name: Memo<String>,
    /// Whether the reader is being asked about blacklisting.
    asking: RwSignal<bool>,
) -> impl IntoView {
    let clock = use_clock();
    let id = row.with_untracked(|row| row.summary.executor_id.clone());
    let state = Memo::new(move |_| row.with(|row| row.summary.state.clone()));
    let address = move || row.with(|row| format!("{}:{}", row.summary.hostname, row.summary.port));
    let transport = move || row.with(|row| row.summary.transport_type.clone());
    let tags = move || {
        row.with(|row| {
            let tags: Vec<_> = row.summary.tags.iter().filter(|tag| **tag != row.summary.hostname).cloned().collect();
            if tags.is_empty() { "untagged".to_owned() } else { tags.join(", ") }
        })
    };
    let reported = Memo::new(move |_| row.with(|row| row.detail.as_ref().map(|detail| detail.updated)));
    let age = move || match reported.get() {
        Some(at) => {
            let ago = format!("reported {}", format_ago(at, clock.now()));
            match clock_ahead(&name.get(), at, clock.exact()) {
                Some(ahead) => format!("{ago}; {ahead}"),
                None => ago,
            }
        }
        None => "not read yet".to_owned(),
    };
    let text = id.to_string();
    view! {
        <div class="task-head">
            <h1 class="task-head__title">{name}</h1>
            <ExecutorBadge state tint=true/>
            <div class="page-head__actions"><Service row name asking/></div>
        </div>
        <p class="task-head__meta">
            <span>{move || address()}</span>
            <span>{move || transport()}</span>
            <span>{move || tags()}</span>
            <span class="task-head__id mono">{text.clone()}<CopyButton text=text label="Copy executor ID"/></span>
            <span>{move || age()}</span>
        </p>
    }
}

/// The button that fits the state: blacklist, or take off the blacklist.
#[component]
fn Service(row: RwSignal<ExecutorLive>, name: Memo<String>, asking: RwSignal<bool>) -> impl IntoView {
    let (clock, session, blacklisting, cluster) =
        (use_clock(), use_session(), use_blacklisting(), use_live().cluster());
    let id = row.with_untracked(|row| row.summary.executor_id.clone());
    let state = Memo::new(move |_| row.with(|row| row.summary.state.clone()));
    let waiting = {
        let id = id.clone();
        Memo::new(move |_| blacklisting.since(&id))
    };
    let disabled = Signal::derive(move || {
        let in_maintenance = cluster.with(|c| c.as_ref().is_some_and(|c| c.maintenance.is_some()));
        let other = blacklisting.is_busy() && waiting.get().is_none();
        session
            .why_not_maintain()
            .or_else(|| in_maintenance.then(|| "The cluster is in maintenance and refuses this.".into()))
            .or_else(|| other.then(|| "Another change is under way; Drove takes one at a time.".into()))
    });
    let progress = move || {
        waiting
            .get()
            .map(|since| format!("Drove answers after 8 to 12 s; {} so far", format_duration(clock.now().since(since))))
    };
    let busy = Signal::derive(move || waiting.get().is_some());
    let back = move |()| blacklisting.unblacklist(id.clone(), name.get_untracked());
    let back = Callback::new(back);
    let button = move || match state.get() {
        ExecutorState::Blacklisted | ExecutorState::BlacklistRequested => view! {
            <Button label="Take off the blacklist" icon=IconName::RunCompleted disabled busy on_press=back/>
        }
        .into_any(),
        ExecutorState::Active | ExecutorState::Unready | ExecutorState::Other(_) => view! {
            <Button
                label="Blacklist…"
                icon=IconName::Ban
                style=ButtonStyle::Danger
                disabled
                busy
                on_press=move |()| asking.set(true)
            />
        }
        .into_any(),
        ExecutorState::Removed => ().into_any(),
    };
    view! {
        {move || button()}
        <span class="muted" role="status">{move || progress()}</span>
    }
}
