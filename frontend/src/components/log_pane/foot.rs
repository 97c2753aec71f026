//! How much was read, and whether the pane follows.

use super::view::LogView;
use crate::{
    browser::guarded,
    format::{format_bytes, format_number},
    ui::When,
};
use leptos::prelude::*;

/// The line under the lines.
#[component]
pub(super) fn Foot(
    view: LogView,
    #[prop(into)] live: Signal<bool>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let counted = move || view.buffer.with(|b| format!("{} lines", format_number(b.lines().len() as u64)));
    let loaded = move || {
        view.buffer.with(|b| match b.loaded() >= b.size() {
            true => format_bytes(b.size()),
            false => format!("{} of {} loaded", format_bytes(b.loaded()), format_bytes(b.size())),
        })
    };
    let state = move || match (live.get(), view.follow.get(), view.query.with(String::is_empty)) {
        (false, ..) => "Complete: the task has ended",
        (true, true, _) => "",
        (true, false, false) => "Follow is off while you search",
        (true, false, true) => "Follow is off",
    };
    let masked =
        move || view.buffer.with(|b| b.lines().iter().rev().take(2_000).any(|l| l.text.contains(model::secret::MASK)));
    view! {
        <div class="log-pane__foot">
            <span>{move || counted()}</span>
            <span>{move || loaded()}</span>
            <When is=move || view.buffer.with(|b| b.rotated())>
                <span>"The file was rotated; this is the new one"</span>
            </When>
            <When is=masked>
                <span>"Secrets are masked. Download has them in clear text"</span>
            </When>
            <span class="push">{move || state()}</span>
            <button class="link-button link-button--s narrow-only" type="button" on:click=guarded(move |_| view.sheet.update(|s| *s = !*s))>
                {move || if view.sheet.get() { "Close log" } else { "Open log" }}
            </button>
            <button class="link-button link-button--s" type="button" on:click=guarded(move |_| on_end.run(()))>"Jump to the end"</button>
        </div>
    }
    .into_any()
}
