use leptos::{children::ViewFn, prelude::*};

/// Shows its children while a condition holds, and something else otherwise. They are made anew only when that changes.
///
/// `leptos::Show` does the same with a copy of its code for every use, which a page of this size feels.
#[component]
pub fn When(
    /// The condition.
    #[prop(into)]
    is: Signal<bool>,
    /// Shown while it does not hold.
    #[prop(optional, into)]
    otherwise: ViewFn,
    /// Shown while it holds.
    children: ChildrenFn,
) -> impl IntoView {
    // Notifies only when the answer is another one.
    let is = Memo::new(move |_| is.get());
    move || if is.get() { children() } else { otherwise.run() }
}
