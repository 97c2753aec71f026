use crate::{
    components::{CoreLegend, CoreMap, CoreMapSize, NodeMemory, node_cores, node_memory},
    format::{format_cores, format_megabytes},
    ui::{Meter, MeterPart, Use, When},
};
use leptos::prelude::*;
use model::dashboard::ExecutorLive;
use std::collections::BTreeMap;

/// Cores and memory by NUMA node.
#[component]
pub(super) fn Nodes(row: RwSignal<ExecutorLive>) -> impl IntoView {
    let host = row.with_untracked(|row| row.summary.hostname.clone());
    let nodes =
        Memo::new(move |_| row.with(|row| row.detail.as_ref().map(|d| node_cores(d, None)).unwrap_or_default()));
    let memory = Memo::new(move |_| row.with(|row| row.detail.as_ref().map(node_memory).unwrap_or_default()));
    let note = move || {
        nodes.with(|nodes| {
            let free: usize = nodes.iter().map(|node| node.free()).sum();
            let all: usize = nodes.iter().map(|node| node.cores.len()).sum();
            let best = nodes.iter().map(|node| node.free()).max().unwrap_or(0);
            let best = format_cores(i64::try_from(best).unwrap_or(i64::MAX));
            format!("{free} of {all} cores free. The largest task that fits here needs {best}")
        })
    };
    let under = Callback::new(move |node: u32| view! { <MemoryBar node memory/> }.into_any());
    view! {
        <section class="section" aria-labelledby="cores">
            <div class="section__head">
                <h2 class="section__title" id="cores">"Cores and memory by NUMA node"</h2>
                <span class="section__note">{move || note()}</span>
            </div>
            <When
                is=move || !nodes.with(Vec::is_empty)
                otherwise=|| view! { <p class="muted">"The executor’s own report has not been read yet."</p> }.into_any()
            >
                <CoreMap machine=host.clone() nodes size=CoreMapSize::Page under/>
                <CoreLegend/>
            </When>
        </section>
    }
}

#[component]
fn MemoryBar(node: u32, memory: Memo<BTreeMap<u32, NodeMemory>>) -> impl IntoView {
    let own = Memo::new(move |_| memory.with(|memory| memory.get(&node).copied().unwrap_or_default()));
    let free = move || format_megabytes(own.get().free);
    let total = move || format_megabytes(own.get().total());
    let label = Signal::derive(move || format!("NUMA {node}: {} of {} memory free", free(), total()));
    let parts = Signal::derive(move || {
        let own = own.get();
        vec![MeterPart::of(Use::Task, own.tasks, own.total()), MeterPart::of(Use::App, own.others, own.total())]
    });
    view! {
        <span class="resource-meter">
            <span class="core-map__head"><span>"Memory"</span><span><b>{move || free()}</b>" of "{total}" free"</span></span>
            <Meter label parts/>
        </span>
    }
}
