use super::{Fleet, row::ExecutorRow};
use crate::{
    browser::{follow_row, guarded},
    components::{CoreLegend, CoreMapSize},
    state::{Freshness, use_live},
    ui::for_each,
};
use leptos::prelude::*;

/// One row for each executor.
#[component]
pub(super) fn ExecutorTable(fleet: Fleet) -> impl IntoView {
    let freshness = use_live().freshness();
    let stale = move || matches!(freshness.get(), Freshness::Stale { .. }).then_some("");
    view! {
        <table class="table executor-table" aria-label="Executors" data-stale=move || stale()>
            <thead>
                <tr>
                    <th class="executor-table__name" scope="col">"Executor"</th>
                    <th class="executor-table__state" scope="col">"State"</th>
                    <th class="executor-table__tags" scope="col">"Tags"</th>
                    <th class="executor-table__cpu" scope="col">"Cores free"</th>
                    <th class="executor-table__memory" scope="col">"Memory free"</th>
                    <th class="executor-table__map" scope="col">"Cores by NUMA node"</th>
                    <th class="executor-table__tasks num" scope="col">"Tasks"</th>
                    <th class="executor-table__reported num" scope="col">"Reported"</th>
                </tr>
            </thead>
            <tbody data-opens on:click=guarded(|event| follow_row(&event)) on:auxclick=guarded(|event| follow_row(&event))>
                {for_each(
                    move || fleet.rows.order().get(),
                    move |id| fleet.rows.get(&id).map(|row| view! { <ExecutorRow id row/> }.into_any()),
                )}
            </tbody>
        </table>
        <div class="section__head">
            <CoreLegend size=CoreMapSize::Row/>
            <p class="muted push">"A task gets all its cores and memory on one NUMA node."</p>
        </div>
    }
}
