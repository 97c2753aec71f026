use crate::{
    api::use_api,
    browser::{follow_row, guarded, owned_tasks},
    components::{MiniTimeline, StatusBadge, lasted},
    format::{format_age, format_duration, format_megabytes},
    routes::use_paths,
    state::{KeyedRows, use_clock},
    ui::{CutMiddle, When, for_each},
};
use leptos::prelude::*;
use model::{
    ExecutorId, ResourceAllocation, TaskKey,
    dashboard::{ExecutorLive, HistoryQuery, Tab, TaskRow},
};
use std::collections::BTreeMap;

/// Newest runs shown here; the list of tasks has the others.
const SHOWN: u32 = 20;

/// The newest runs on this executor, those that go on and those that ended.
#[component]
pub(super) fn TasksHere(row: RwSignal<ExecutorLive>) -> impl IntoView {
    let id = row.with_untracked(|row| row.summary.executor_id.clone());
    let rows = follow(id.clone(), row);
    let query = HistoryQuery { tab: Tab::All, executors: vec![id.to_string()], ..HistoryQuery::default() };
    let all = use_paths().tasks(&query);
    let cores = Memo::new(move |_| row.with(cores_by_task));
    let is_empty = move || rows.order().with(Vec::is_empty);
    view! {
        <section class="section" aria-labelledby="here">
            <div class="section__head">
                <h2 class="section__title" id="here">"Tasks here"</h2>
                <span class="section__note">"Newest first"</span>
                <div class="section__end"><a href=all>"All in the list of tasks"</a></div>
            </div>
            <When is=move || !is_empty() otherwise=|| view! { <p class="muted">"No task has run here yet."</p> }.into_any()>
                <div class="table-scroll" tabindex="0" role="region" aria-label="Table of tasks">
                    <table class="table executor-tasks" aria-labelledby="here">
                        <thead>
                            <tr>
                                <th class="executor-tasks__status" scope="col">"Status"</th>
                                <th class="executor-tasks__app" scope="col">"App"</th>
                                <th scope="col">"Task ID"</th>
                                <th class="executor-tasks__life" scope="col">"Life"</th>
                                <th class="executor-tasks__took num" scope="col">"Took"</th>
                                <th class="executor-tasks__cores" scope="col">"Cores"</th>
                                <th class="executor-tasks__memory num" scope="col">"Memory"</th>
                                <th class="executor-tasks__submitted num" scope="col">"Submitted"</th>
                            </tr>
                        </thead>
                        <tbody data-opens on:click=guarded(|event| follow_row(&event)) on:auxclick=guarded(|event| follow_row(&event))>
                            {for_each(
                                move || rows.order().get(),
                                move |run| rows.get(&run).map(|row| view! { <Run row cores/> }.into_any()),
                            )}
                        </tbody>
                    </table>
                </div>
            </When>
        </section>
    }
}

#[component]
fn Run(row: ArcRwSignal<TaskRow>, cores: Memo<BTreeMap<TaskKey, String>>) -> impl IntoView {
    let clock = use_clock();
    let row = RwSignal::from(row);
    let (key, number, submitted) = row.with_untracked(|row| (row.key.clone(), row.run, row.submitted));
    let address = use_paths().task_run(&key, number);
    let is_over = Memo::new(move |_| row.with(TaskRow::is_over));
    let took = move || {
        let now = if is_over.get() { submitted } else { clock.now() };
        row.with(|row| format_duration(lasted(row, now)))
    };
    let own = key.clone();
    let places = move || {
        if is_over.get() {
            return view! { <span class="faint">"released"</span> }.into_any();
        }
        match cores.with(|cores| cores.get(&own).cloned()) {
            Some(places) => places.into_any(),
            None => view! { <span class="faint">"not reported yet"</span> }.into_any(),
        }
    };
    view! {
        <tr data-key=key.to_string()>
            <td><StatusBadge row/></td>
            <td class="executor-tasks__app muted">{key.app.to_string()}</td>
            <td><a class="strong" href=address title=key.to_string()><CutMiddle text=key.id.to_string()/></a></td>
            <td><MiniTimeline row/></td>
            <td class="num">{move || took()}</td>
            <td class="muted">{move || places()}</td>
            <td class="num muted">{move || row.with(TaskRow::resources).map_or_else(|| "not known".to_owned(), |(_, memory)| format_megabytes(memory))}</td>
            <td class="num muted">{move || format_age(submitted, clock.now())}</td>
        </tr>
    }
}

/// Asks for the runs whenever the executor's own tasks changed.
fn follow(id: ExecutorId, row: RwSignal<ExecutorLive>) -> KeyedRows<i64, TaskRow> {
    let rows = KeyedRows::<i64, TaskRow>::default();
    let (api, tasks) = (use_api(), owned_tasks());
    let fingerprint = Memo::new(move |_| {
        row.with(|row| {
            let tasks = row.detail.iter().flat_map(|detail| &detail.tasks);
            tasks.map(|task| (task.instance_id.clone(), task.state.clone())).collect::<Vec<_>>()
        })
    });
    Effect::new(move |_| {
        fingerprint.track();
        let query =
            HistoryQuery { tab: Tab::All, executors: vec![id.to_string()], size: SHOWN, ..HistoryQuery::default() };
        let api = api.clone();
        tasks.spawn(async move {
            // A failure is told by the connection's state; what was shown stays.
            if let Ok(page) = api.history(&query).await {
                rows.replace(page.rows.into_iter().map(|row| (row.run_id, row)).collect());
            }
        });
    });
    rows
}

/// `4, 5, 6, 7 on NUMA 0` for each task in the executor's report.
fn cores_by_task(row: &ExecutorLive) -> BTreeMap<TaskKey, String> {
    let tasks = row.detail.iter().flat_map(|detail| &detail.tasks);
    tasks.map(|task| (task.key(), places(&task.resources))).filter(|(_, places)| !places.is_empty()).collect()
}

fn places(resources: &[ResourceAllocation]) -> String {
    let mut texts = Vec::new();
    for resource in resources {
        if let ResourceAllocation::Cpu { cores } = resource {
            for (node, cores) in cores.iter().filter(|(_, cores)| !cores.is_empty()) {
                let cores: Vec<_> = cores.iter().map(u32::to_string).collect();
                texts.push(format!("{} on NUMA {node}", cores.join(", ")));
            }
        }
    }
    texts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_are_told_by_node() {
        let cpu = ResourceAllocation::Cpu { cores: [(0, vec![4, 5]), (1, vec![])].into() };
        assert_eq!(places(&[cpu]), "4, 5 on NUMA 0");
    }
}
