//! The executors: how much room there is, and where.

mod capacity;
mod fleet;
mod row;
mod table;

pub(super) use fleet::Fleet;

use self::{capacity::Capacity, table::ExecutorTable};
use crate::{
    layout::{PageHead, use_title},
    ui::{Empty, IconName, SkeletonRows},
};
use leptos::prelude::*;

/// The list of executors.
#[component]
pub fn ExecutorsPage() -> impl IntoView {
    use_title(|| "Executors".into());
    let fleet = Fleet::following();
    let is_empty = Memo::new(move |_| fleet.rows.order().with(Vec::is_empty));
    let content = move || {
        if !fleet.is_loaded() {
            return view! { <SkeletonRows label="Loading executors"/> }.into_any();
        }
        if is_empty.get() {
            let text = "An executor appears here within 20 s after it has joined the cluster.";
            return view! { <Empty icon=IconName::Executors title="No executors" text/> }.into_any();
        }
        view! {
            <Capacity fleet/>
            <ExecutorTable fleet/>
        }
        .into_any()
    };
    view! {
        <PageHead title="Executors">
            <span class="muted wide-only">"Executors report every 20 s"</span>
        </PageHead>
        {move || content()}
    }
}
