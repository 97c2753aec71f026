use super::head::executor_name;
use crate::{
    api::use_api,
    components::{CoreMap, node_cores},
    format::format_megabytes,
    routes::use_paths,
    ui::Use,
};
use leptos::{prelude::*, task::spawn_local};
use model::{
    ExecutorNodeData, ResourceAllocation, TaskInfo,
    dashboard::{TaskDetail, TaskRow},
};

/// What it was given: its cores on the map of its executor's NUMA nodes.
#[component]
pub(super) fn Cores(detail: RwSignal<TaskDetail>, #[prop(into)] row: Signal<TaskRow>) -> impl IntoView {
    let api = use_api();
    let machine = RwSignal::new(None::<ExecutorNodeData>);
    // The executor's report is read when the task comes to it and when it changes its state; it is up to 20 s old anyway.
    let place = Memo::new(move |_| row.with(|r| (r.executor_id.clone().filter(|_| !r.is_over()), r.state.clone())));
    Effect::new(move |_| {
        let (Some(id), _) = place.get() else { return };
        let api = api.clone();
        spawn_local(async move {
            // Without it the numbers alone are shown.
            if let Ok(report) = api.executor(&id).await {
                machine.try_set(Some(report));
            }
        });
    });
    let taken = Memo::new(move |_| detail.with(|d| d.info.as_ref().map(allocated).unwrap_or_default()));
    let paths = use_paths();
    let note = move || {
        let executor =
            row.with(|r| r.executor_id.clone().map(|id| (paths.executor(&id), executor_name(r).unwrap_or_default())));
        let link = executor.map(|(address, name)| view! { " of "<a href=address>{name}</a> });
        taken.with(|t| (!t.is_empty()).then(|| view! { {t.clone()}{link} }))
    };
    let key = row.with_untracked(|r| r.key.clone());
    let nodes = Memo::new(move |_| machine.with(|m| m.as_ref().map(|m| node_cores(m, Some(&key))).unwrap_or_default()));
    let host = move || machine.with(|m| m.as_ref().map(|m| m.hostname.clone()).unwrap_or_default());
    view! {
        <section class="section task__section" id="cores" aria-labelledby="cores-title">
            <div class="section__head">
                <h2 class="section__title" id="cores-title">"Allocated cores"</h2>
                <span class="section__note">{note}</span>
            </div>
            <Show
                when=move || nodes.with(|n| !n.is_empty()) && row.with(|r| !r.is_over())
                fallback=move || {
                    let text = move || row.with(|r| match r.is_over() {
                        true => "It has ended: its cores are free again.",
                        false => "Nothing is allocated yet.",
                    });
                    view! { <p class="muted">{text}</p> }
                }
            >
                <CoreMap machine=host() nodes/>
                <div class="legend">
                    {legend(Use::Mine, "This task")}
                    {legend(Use::Task, "Other tasks")}
                    {legend(Use::App, "Applications and services")}
                    {legend(Use::Free, "Free")}
                </div>
            </Show>
        </section>
    }
    .into_any()
}

fn legend(used_by: Use, name: &'static str) -> impl IntoView {
    view! { <span class="legend__item"><span class="core-map__core" data-use=used_by.as_str()></span>{name}</span> }
}

/// `4, 5, 6, 7 on NUMA 0, with 8 GiB there`.
fn allocated(info: &TaskInfo) -> String {
    let mut parts = Vec::new();
    for resource in &info.resources {
        match resource {
            ResourceAllocation::Cpu { cores } => {
                parts.extend(cores.iter().filter(|(_, c)| !c.is_empty()).map(|(node, cores)| {
                    let list = cores.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                    format!("{list} on NUMA {node}")
                }))
            }
            ResourceAllocation::Memory { memory_in_mb } => parts.extend(
                memory_in_mb
                    .iter()
                    .filter(|(_, mb)| **mb > 0)
                    .map(|(node, mb)| format!("{} of NUMA {node}", format_megabytes(*mb))),
            ),
        }
    }
    parts.join(", ")
}
