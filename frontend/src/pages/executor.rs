use crate::layout::{PageHead, use_title};
use leptos::prelude::*;

/// See below.
#[component]
pub fn ExecutorPage(
    /// Which.
    id: model::ExecutorId,
) -> impl IntoView {
    use_title(move || id.to_string());
    view! { <PageHead title="ExecutorPage"/> }
}
