mod clone_source;
mod command_line;
mod command_pane;
mod composer;
mod draft;
mod editor;
mod field;
mod findings;
mod footer;
mod form;
mod head;
mod json_pane;
mod json_text;
mod kept;
mod lines;
mod links;
mod next_id;
mod operation;
mod preflight_pane;
mod preview;
mod section_list;
mod sections;
mod submit;
mod text_field;
mod verdict;

use crate::{
    api::{LiveView, NoFrame},
    layout::{PageHead, use_title},
    state::{subscribe, use_session},
    ui::SkeletonRows,
};
use editor::Editor;
use leptos::prelude::*;

/// The form of a new task.
#[component]
pub fn NewTaskPage() -> impl IntoView {
    use_title(|| "New task".into());
    // For the state of the cluster: whether operations are taken, and that the connection lives.
    subscribe(Signal::stored(LiveView::Executors), |_: NoFrame| {});
    let info = use_session().info();
    // What the form begins with depends on it, and so does whose draft is shown.
    let is_demo = Memo::new(move |_| info.with(|info| info.as_ref().map(|info| info.demo)));
    move || match is_demo.get() {
        Some(is_demo) => view! { <Editor is_demo/> }.into_any(),
        None => view! { <PageHead title="New task"/><SkeletonRows label="Loading the form"/> }.into_any(),
    }
}
