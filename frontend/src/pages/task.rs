use crate::{
    api::LiveView,
    components::StatusBadge,
    layout::{PageHead, use_title},
    state::subscribe,
};
use leptos::prelude::*;
use model::{
    TaskKey,
    dashboard::{LiveFrame, TaskDetail, ViewSnapshot},
};

/// One task.
#[component]
pub fn TaskPage(
    /// Which.
    key: TaskKey,
) -> impl IntoView {
    let title = key.id.to_string();
    use_title({
        let title = title.clone();
        move || title.clone()
    });
    let detail = RwSignal::new(None::<TaskDetail>);
    subscribe(Signal::stored(LiveView::Task { key, run: None, log: None }), move |frame| match frame {
        LiveFrame::Snapshot(snapshot) => {
            if let ViewSnapshot::Task(task) = snapshot.view {
                detail.set(task.map(|task| *task));
            }
        }
        LiveFrame::Delta(delta) => {
            if let Some(task) = delta.task {
                detail.set(Some(*task));
            }
        }
        LiveFrame::Log(_) | LiveFrame::Notice(_) => {}
    });
    view! {
        <PageHead title>
            {move || detail.get().map(|detail| view! { <StatusBadge row=Signal::stored(detail.row) tint=true/> })}
        </PageHead>
    }
}
