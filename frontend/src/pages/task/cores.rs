use super::head::executor_name;
use crate::{
    api::use_api,
    browser::owned_tasks,
    components::{CoreLegend, CoreMap, CoreUse, NodeCores, node_cores},
    format::format_megabytes,
    routes::use_paths,
    state::{use_clock, use_executor_names},
    ui::When,
};
use leptos::prelude::*;
use model::{
    ExecutorNodeData, ResourceAllocation, TaskInfo,
    dashboard::{TaskDetail, TaskRow},
};

/// What it was given: its cores on the map of its executor's NUMA nodes.
#[component]
pub(super) fn Cores(detail: RwSignal<TaskDetail>, #[prop(into)] row: Signal<TaskRow>) -> impl IntoView {
    let api = use_api();
    let machine = RwSignal::new(None::<ExecutorNodeData>);
    let tasks = owned_tasks();
    // An executor reports itself every 20 s; there is nothing newer to read before.
    let clock = use_clock();
    let turn = Memo::new(move |_| clock.now().millis() / 20_000);
    let place = Memo::new(move |_| {
        let place = row.with(|r| (r.executor_id.clone().filter(|_| !r.is_over()), r.state.clone()));
        let turn = if place.0.is_some() { turn.get() } else { 0 };
        (place, turn)
    });
    Effect::new(move |_| {
        let ((Some(id), _), _) = place.get() else { return };
        let api = api.clone();
        tasks.spawn(async move {
            // Without it the numbers alone are shown.
            if let Ok(report) = api.executor(&id).await {
                machine.set(Some(report));
            }
        });
    });
    let taken = Memo::new(move |_| detail.with(|d| d.info.as_ref().map(allocated).unwrap_or_default()));
    let (paths, names) = (use_paths(), use_executor_names());
    let note = move || {
        let executor = row.with(|r| {
            r.executor_id.clone().map(|id| (paths.executor(&id), executor_name(r, names).unwrap_or_default()))
        });
        let link = executor.map(|(address, name)| view! { " of "<a href=address>{name}</a> }.into_any());
        taken.with(|t| (!t.is_empty()).then(|| view! { {t.clone()}{link} }.into_any()))
    };
    let key = row.with_untracked(|r| r.key.clone());
    let nodes = Memo::new(move |_| {
        let mut nodes = machine.with(|m| m.as_ref().map(|m| node_cores(m, Some(&key))).unwrap_or_default());
        detail.with(|d| d.info.iter().for_each(|info| mark_own(&mut nodes, info)));
        nodes
    });
    let host = move || machine.with(|m| m.as_ref().map(|m| m.hostname.clone()).unwrap_or_default());
    view! {
        <section class="section task__section" id="cores" aria-labelledby="cores-title">
            <div class="section__head">
                <h2 class="section__title" id="cores-title">"Allocated cores"</h2>
                <span class="section__note">{move || note()}</span>
            </div>
            <When
                is=move || nodes.with(|n| !n.is_empty()) && row.with(|r| !r.is_over())
                otherwise=move || {
                    let text = move || row.with(|r| match r.is_over() {
                        true => "It has ended: its cores are free again.",
                        false => "Nothing is allocated yet.",
                    });
                    view! { <p class="muted">{move || text()}</p> }.into_any()
                }
            >
                <CoreMap machine=host() nodes/>
                <CoreLegend mine=true/>
            </When>
        </section>
    }
    .into_any()
}

/// The executor's report may be older than the task: its own record tells its cores at once.
fn mark_own(nodes: &mut [NodeCores], info: &TaskInfo) {
    for resource in &info.resources {
        let ResourceAllocation::Cpu { cores } = resource else { continue };
        for node in nodes.iter_mut() {
            let own = cores.get(&node.node).map(Vec::as_slice).unwrap_or_default();
            for (number, used_by) in &mut node.cores {
                if own.contains(number) {
                    *used_by = CoreUse::Mine;
                }
            }
        }
    }
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
            ResourceAllocation::Other(_) => {}
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
