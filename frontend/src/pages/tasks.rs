use crate::layout::{PageHead, use_title};
use leptos::prelude::*;

/// The list of tasks.
#[component]
pub fn TasksPage() -> impl IntoView {
    use_title(|| "Tasks".into());
    view! { <PageHead title="Tasks"/> }
}
