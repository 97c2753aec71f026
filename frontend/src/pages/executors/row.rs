use crate::{
    components::{CoreMap, CoreMapSize, ExecutorBadge, node_cores, node_memory},
    format::{format_ago, format_megabytes},
    routes::use_paths,
    state::{use_clock, use_executor_names},
    ui::{Meter, MeterPart, Use},
};
use leptos::prelude::*;
use model::{ExecutorId, ExecutorState, dashboard::ExecutorLive};

/// One executor.
#[component]
pub(super) fn ExecutorRow(id: ExecutorId, row: ArcRwSignal<ExecutorLive>) -> impl IntoView {
    let (clock, names) = (use_clock(), use_executor_names());
    let row = RwSignal::from(row);
    let address = use_paths().executor(&id);
    let host = row.with_untracked(|row| row.summary.hostname.clone());
    let name = {
        let (id, host) = (id.to_string(), host.clone());
        Memo::new(move |_| names.of(&id, &host))
    };
    let state = Memo::new(move |_| row.with(|row| row.summary.state.clone()));
    let dim = move || (state.get() != ExecutorState::Active).then_some("");
    let tasks =
        move || row.with(|row| row.detail.as_ref().map(|d| d.tasks.iter().filter(|t| t.state.is_active()).count()));
    let reported = Memo::new(move |_| row.with(|row| row.detail.as_ref().map(|detail| detail.updated)));
    let nodes =
        Memo::new(move |_| row.with(|row| row.detail.as_ref().map(|d| node_cores(d, None)).unwrap_or_default()));
    let machine = host.clone();
    view! {
        <tr data-key=id.to_string() data-dim=move || dim()>
            <td class="executor-table__name">
                <a class="strong" href=address title=id.to_string()>{name}</a>
                " "
                <span class="executor-table__host">{host}</span>
            </td>
            <td class="executor-table__state"><ExecutorBadge state/></td>
            <td class="executor-table__tags"><Tags row/></td>
            <td class="executor-table__cpu"><Share row what="cores" read=cores write=|cores| cores.to_string()/></td>
            <td class="executor-table__memory"><Share row what="memory" read=memory write=format_megabytes/></td>
            <td class="executor-table__map"><CoreMap machine nodes size=CoreMapSize::Row/></td>
            <td class="executor-table__tasks num">{tasks}</td>
            <td class="executor-table__reported num muted">
                {move || reported.get().map(|at| format_ago(at, clock.now()))}
            </td>
        </tr>
    }
}

/// Tags but for the hostname, which every executor has.
#[component]
fn Tags(row: RwSignal<ExecutorLive>) -> impl IntoView {
    let tags = Memo::new(move |_| {
        row.with(|row| row.summary.tags.iter().filter(|tag| **tag != row.summary.hostname).cloned().collect::<Vec<_>>())
    });
    move || {
        let tags = tags.get();
        if tags.is_empty() {
            return view! { <span class="faint">"untagged"</span> }.into_any();
        }
        tags.into_iter().map(|tag| view! { <span class="tag">{tag}</span>" " }.into_any()).collect_view().into_any()
    }
}

/// Free, used, and used by tasks.
type Figures = (i64, i64, i64);

fn cores(row: &ExecutorLive) -> Figures {
    let tasks = row.detail.iter().flat_map(|detail| &detail.tasks).filter(|task| task.state.is_active());
    let tasks: i64 = tasks.map(|task| i64::try_from(task.core_count()).unwrap_or(0)).sum();
    (row.summary.free_cores, row.summary.used_cores, tasks.min(row.summary.used_cores))
}

fn memory(row: &ExecutorLive) -> Figures {
    let nodes = row.detail.as_ref().map(node_memory).unwrap_or_default();
    let tasks: i64 = nodes.values().map(|node| node.tasks).sum();
    (row.summary.free_memory, row.summary.used_memory, tasks.min(row.summary.used_memory))
}

/// "11 of 30" over a bar.
#[component]
fn Share(
    row: RwSignal<ExecutorLive>,
    /// What is shared, for screen readers.
    what: &'static str,
    read: fn(&ExecutorLive) -> Figures,
    write: fn(i64) -> String,
) -> impl IntoView {
    let figures = Memo::new(move |_| row.with(read));
    let parts = Signal::derive(move || {
        let (free, used, tasks) = figures.get();
        let total = free + used;
        vec![MeterPart::of(Use::Task, tasks, total), MeterPart::of(Use::App, used - tasks, total)]
    });
    let free = move || write(figures.get().0);
    let total = move || write(figures.get().0 + figures.get().1);
    let label = Signal::derive(move || format!("{} of {} {what} free", free(), total()));
    view! {
        <span class="resource-meter">
            <span><b>{move || free()}</b>" of "{move || total()}</span>
            <Meter label parts/>
        </span>
    }
}
