use crate::layout::{PageHead, use_title};
use leptos::prelude::*;

/// See below.
#[component]
pub fn LoginPage() -> impl IntoView {
    use_title(|| "LoginPage".into());
    view! { <PageHead title="LoginPage"/> }
}
