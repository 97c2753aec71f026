use crate::layout::{PageHead, use_title};
use leptos::prelude::*;

/// The form of a new task.
#[component]
pub fn NewTaskPage() -> impl IntoView {
    use_title(|| "New task".into());
    view! { <PageHead title="New task"/> }
}
