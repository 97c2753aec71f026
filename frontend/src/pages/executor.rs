//! One executor: whose its cores are, what runs there, and taking it out of service.

mod blacklist;
mod facts;
mod head;
mod nodes;
mod tasks_here;

use self::{blacklist::BlacklistNotice, facts::OthersHere, head::ExecutorHead, nodes::Nodes, tasks_here::TasksHere};
use super::executors::Fleet;
use crate::{
    layout::use_title,
    routes::use_paths,
    state::use_executor_names,
    ui::{Empty, IconName, SkeletonRows},
};
use leptos::prelude::*;
use model::{ExecutorId, dashboard::ExecutorLive};

/// One executor.
#[component]
pub fn ExecutorPage(
    /// Which.
    id: ExecutorId,
) -> impl IntoView {
    let fleet = Fleet::following();
    let names = use_executor_names();
    let own = id.clone();
    let name = Memo::new(move |_| {
        let host = fleet.rows.get(&own).map(|row| row.read().summary.hostname.clone());
        names.of(own.as_str(), &host.unwrap_or_default())
    });
    use_title(move || name.get());
    let all = use_paths().executors();
    let is_known = {
        let id = id.clone();
        Memo::new(move |_| fleet.rows.order().with(|order| order.contains(&id)))
    };
    move || {
        if !fleet.is_loaded() {
            return view! { <SkeletonRows label="Loading the executor"/> }.into_any();
        }
        match is_known.get().then(|| fleet.rows.get(&id)).flatten() {
            Some(row) => view! { <Content row=RwSignal::from(row) name/> }.into_any(),
            None => {
                let all = all.clone();
                let text = format!("The cluster has not reported any executor with the ID {id}.");
                view! {
                    <Empty icon=IconName::Executors title="No such executor" text>
                        <a class="button" href=all>"Go to the executors"</a>
                    </Empty>
                }
                .into_any()
            }
        }
    }
}

#[component]
fn Content(row: RwSignal<ExecutorLive>, name: Memo<String>) -> impl IntoView {
    let asking = RwSignal::new(false);
    view! {
        <ExecutorHead row name asking/>
        <BlacklistNotice row name asking/>
        <Nodes row/>
        <TasksHere row/>
        <OthersHere row/>
    }
}
