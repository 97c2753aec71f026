use super::When;
use crate::browser::owned_timer;
use leptos::prelude::*;

/// A load that is shorter shows nothing: a flash of grey would only disturb.
const APPEARS_AFTER_MS: u32 = 200;

/// One grey line in place of a text that is being loaded.
#[component]
pub fn Skeleton() -> impl IntoView {
    view! { <span class="skeleton skeleton--m" aria-hidden="true"></span> }
}

/// Grey lines in place of a list that is being loaded; they appear after 200 ms.
#[component]
pub fn SkeletonRows(
    /// How many.
    #[prop(default = 8)]
    rows: usize,
    /// What is being loaded, for screen readers.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    owned_timer().start(APPEARS_AFTER_MS, move || shown.set(true));
    let line = || view! { <tr><td><span class="skeleton" aria-hidden="true"></span></td></tr> }.into_any();
    view! {
        <p class="visually-hidden" role="status" data-loading>{label}</p>
        <When is=move || shown.get()>
            <table class="table" aria-hidden="true">
                <tbody>{(0..rows).map(|_| line()).collect_view()}</tbody>
            </table>
        </When>
    }
}
