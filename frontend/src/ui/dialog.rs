use super::When;
use super::button::next_id;
use crate::browser::{close_dialog, guarded, show_dialog};
use leptos::{html, prelude::*};

/// A dialog above everything else. The browser keeps the focus inside, closes it on Escape and gives the focus back.
#[component]
pub fn Dialog(
    /// Whether it is open; Escape and closing set it to false.
    open: RwSignal<bool>,
    /// Names the target: `Kill BILLING nightly?`.
    #[prop(into)]
    title: Signal<String>,
    /// Text and, last, a `dialog__foot` with the safe choice first.
    children: ChildrenFn,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    let title_id = next_id("dialog");
    let labelled_by = title_id.clone();
    Effect::new(move |_| {
        let Some(dialog) = element.get() else { return };
        if open.get() { show_dialog(&dialog) } else { close_dialog(&dialog) }
    });
    view! {
        <dialog class="dialog" node_ref=element aria-labelledby=labelled_by on:close=guarded(move |_| open.set(false))>
            <When is=move || open.get()>
                <div class="dialog__body">
                    <h2 class="dialog__title" id=title_id.clone()>{title}</h2>
                    {children()}
                </div>
            </When>
        </dialog>
    }
}
