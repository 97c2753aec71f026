use crate::layout::{PageHead, use_title};
use leptos::prelude::*;

/// See below.
#[component]
pub fn ExecutorsPage() -> impl IntoView {
    use_title(|| "ExecutorsPage".into());
    view! { <PageHead title="ExecutorsPage"/> }
}
