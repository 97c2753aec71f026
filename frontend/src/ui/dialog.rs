use super::{When, button::next_id};
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
        if let Some(dialog) = element.get()
            && !open.get()
        {
            close_dialog(&dialog);
        }
    });
    // Runs when its buttons are there, so that the first of them gets the keyboard.
    let show = move || {
        Effect::new(move |_| {
            if let Some(dialog) = element.get() {
                show_dialog(&dialog);
            }
        });
    };
    view! {
        <dialog class="dialog" node_ref=element aria-labelledby=labelled_by on:close=guarded(move |_| open.set(false))>
            <When is=move || open.get()>
                {show()}
                <div class="dialog__body">
                    <h2 class="dialog__title" id=title_id.clone()>{title}</h2>
                    {children()}
                </div>
            </When>
        </dialog>
    }
}
