//! How much was read, and whether the pane follows.

use super::view::LogView;
use crate::browser::guarded;
use crate::{
    format::{format_bytes, format_number},
    ui::When,
};
use leptos::prelude::*;

/// The line under the lines.
#[component]
pub(super) fn Foot(view: LogView, #[prop(into)] live: Signal<bool>) -> impl IntoView {
    let counted = move || view.buffer.with(|b| format!("{} lines", format_number(b.lines().len() as u64)));
    let loaded = move || {
        view.buffer.with(|b| match b.loaded() >= b.size() {
            true => format_bytes(b.size()),
            false => format!("{} of {} loaded", format_bytes(b.loaded()), format_bytes(b.size())),
        })
    };
    let state = move || match (live.get(), view.follow.get()) {
        (false, _) => "Complete: the task has ended",
        (true, true) => "",
        (true, false) => "Follow is off",
    };
    let to_end = move || match view.new_lines.get() {
        0 => "Jump to the end".to_owned(),
        1 => "1 new line".to_owned(),
        n => format!("{} new lines", format_number(n)),
    };
    let masked =
        move || view.buffer.with(|b| b.lines().iter().rev().take(2_000).any(|l| l.text.contains(model::secret::MASK)));
    view! {
        <div class="log-pane__foot">
            <span>{move || counted()}</span>
            <span>{move || loaded()}</span>
            <When is=masked>
                <span>"Secrets are masked. Download has them in clear text"</span>
            </When>
            <span class="push">{move || state()}</span>
            <button class="link-button link-button--s narrow-only" type="button" on:click=guarded(move |_| view.toggle_sheet())>
                {move || if view.sheet.get() { "Close log" } else { "Open log" }}
            </button>
            <button class="link-button link-button--s" type="button" title="Go to the end and follow" on:click=guarded(move |_| view.follow_end())>
                {move || to_end()}
            </button>
        </div>
    }
    .into_any()
}
