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

/// What the page that is shown is about.
#[derive(Clone, Copy)]
struct ShownTitle(RwSignal<String>);

/// Provides the title of the page to what stands around it.
pub(super) fn provide_title() {
    provide_context(ShownTitle(RwSignal::new(String::new())));
}

/// What the page that is shown is about; empty while it does not know.
pub(super) fn use_shown_title() -> RwSignal<String> {
    expect_context::<ShownTitle>().0
}

/// Keeps the text of the browser's tab: what the page is about, then the product.
pub fn use_title(title: impl Fn() -> String + 'static) {
    let shown = use_context::<ShownTitle>();
    Effect::new(move |_| {
        let title = title();
        set_title(&format!("{title} · Drove tasks"));
        if let Some(ShownTitle(shown)) = shown {
            shown.set(title);
        }
    });
}
