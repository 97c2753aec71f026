use crate::browser::set_title;
use leptos::prelude::*;

/// Title of a page and what can be done on it.
#[component]
pub fn PageHead(
    /// The page's only `h1`.
    #[prop(into)]
    title: Signal<String>,
    /// Buttons and links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="page-head">
            <h1 class="page-head__title">{title}</h1>
            {children.map(|children| view! { <div class="page-head__actions">{children()}</div> }.into_any())}
        </div>
    }
}

/// Keeps the text of the browser's tab: what the page is about, then the product.
pub fn use_title(title: impl Fn() -> String + 'static) {
    Effect::new(move |_| set_title(&format!("{} · Drove tasks", title())));
}
