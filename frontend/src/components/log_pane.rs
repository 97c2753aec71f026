//! The log of a task, following live.

mod announce;
mod ansi;
mod bar;
pub mod buffer;
mod colour;
mod follow;
mod foot;
mod items;
mod line;
mod marks;
mod place;
mod row;
mod view;

pub use buffer::LogBuffer;
pub use line::{LogLine, Stream};

use crate::{
    browser::{copy_text, guarded, origin, owned_interval, owned_listener, owned_tasks, path_name},
    format::format_bytes,
    state::{Toast, use_shortcuts, use_toasts},
    ui::{Icon, IconName, Note, Tone, When},
};
use announce::{Announcer, PACE_MS};
use bar::Bar;
use foot::Foot;
use items::Item;
use leptos::{ev, prelude::*};
use place::LINES_ID;
use row::row;
use view::LogView;

const KEYS_ID: &str = "log-keys";

/// The pane. Whoever owns the buffer feeds it; the pane asks for older parts when they are wanted.
#[component]
pub fn LogPane(
    /// What was read.
    buffer: RwSignal<LogBuffer>,
    /// UTC offset of the executor's clock in milliseconds. If known, times are shown in the viewer's zone.
    #[prop(into)]
    zone: Signal<Option<i64>>,
    /// Name of the pane: `Log of T0012`.
    #[prop(into)]
    label: String,
    /// Files of the task.
    #[prop(into)]
    files: Signal<Vec<String>>,
    /// The one that is read.
    #[prop(into)]
    file: Signal<String>,
    /// Reads another file.
    #[prop(into)]
    on_file: Callback<String>,
    /// Offset of the line that a link leads to.
    #[prop(into)]
    linked: Signal<Option<u64>>,
    /// Address of a line, by its offset.
    #[prop(into)]
    link: Callback<u64, String>,
    /// Asks for the part before what was read.
    #[prop(into)]
    on_earlier: Callback<()>,
    /// Asks for what is missing before a position.
    #[prop(into)]
    on_gap: Callback<u64>,
    /// Address of the whole file.
    #[prop(into)]
    download: Signal<String>,
    /// Why there is nothing, if so.
    #[prop(into)]
    absent: Signal<Option<String>>,
    /// Whether more may come.
    #[prop(into)]
    live: Signal<bool>,
    /// Becomes true when someone wants to see the end.
    to_end: RwSignal<bool>,
) -> impl IntoView {
    let view = LogView::new(buffer, zone, linked, link);
    Effect::new(move |_| {
        if to_end.get() {
            to_end.set(false);
            view.sheet.set(crate::browser::is_narrow());
            view.follow_end();
        }
    });
    let earlier = move |_| {
        if !view.show_earlier() {
            view.ask_earlier();
            on_earlier.run(());
        }
    };
    let read_gap = Callback::new(move |at| {
        view.keep_place();
        view.stay();
        on_gap.run(at);
    });
    let newest = announced(view);
    let copy_link = link_copier(view);
    let keys = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && view.sheet.get_untracked() {
            event.stop_propagation();
            view.sheet.set(false);
        }
    };
    let line_keys = move |event: ev::KeyboardEvent| {
        let plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        if plain && event.key().eq_ignore_ascii_case("l") {
            event.prevent_default();
            copy_link.run(());
        }
        if plain && event.key().eq_ignore_ascii_case("o") {
            event.prevent_default();
            view.press_first();
        }
    };
    let shortcuts = use_shortcuts();
    owned_listener(ev::keydown, move |event| {
        let plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        if plain && event.key() == "/" && shortcuts.listen() {
            event.prevent_default();
            crate::browser::focus_by_id(bar::FIND_ID);
        }
    });
    let stream_unknown = move || buffer.with(|b| b.lines().front().is_some_and(|l| l.stream == Stream::Raw));
    view! {
        {move || absent.get().map(|why| view! { <Note tone=Tone::Info title=why/> }.into_any())}
        <div
            class="log-pane"
            data-wrap=move || if view.wrap.get() { "on" } else { "off" }
            data-sheet=move || view.sheet.get().then_some("")
            on:keydown=guarded(keys)
        >
            <Bar view files file on_file download/>
            <div
                class="log-pane__lines"
                id=LINES_ID
                role="log"
                tabindex="0"
                aria-label=label
                aria-live="off"
                aria-describedby=KEYS_ID
                aria-keyshortcuts="L O"
                on:scroll=guarded(move |_| view.scrolled())
                on:keydown=guarded(line_keys)
            >
                <When is=move || view.has_earlier.get()>
                    <div class="log-pane__more">
                        <button class="link-button link-button--s" type="button" tabindex="-1" on:click=guarded(earlier)>"Show earlier lines"</button>
                        <When is=move || { view.unread_before.get() > 0 }>
                            <span class="muted">{move || format!(" {} not read", format_bytes(view.unread_before.get()))}</span>
                        </When>
                    </div>
                </When>
                <For
                    each=move || view.shown.get()
                    key=|shown| shown.key
                    children=move |shown| match shown.item {
                        Item::Line { .. } => shown.line.map(|line| row(view, line)).into_any(),
                        Item::Divider { at, from, to, time, fold } => row::divider(view, at, from, &to, time, fold),
                        Item::Fold(fold) => row::fold(view, fold),
                        Item::Gap { at, gap, is_readable } => row::gap(at, &gap, is_readable, read_gap),
                    }
                />
                <When is=move || view.is_empty.get() && absent.with(Option::is_none)>
                    <div class="log-pane__more muted">
                        <Icon name=IconName::Terminal/>
                        {move || if live.get() { " Nothing was written yet." } else { " Nothing was written." }}
                    </div>
                </When>
                <When is=move || view.has_later.get()>
                    <div class="log-pane__more">
                        <button class="link-button link-button--s" type="button" tabindex="-1" on:click=guarded(move |_| view.show_later())>
                            "Show later lines"
                        </button>
                    </div>
                </When>
            </div>
            <p class="log-pane__keys" id=KEYS_ID>"L copies a link to the current line, O shows the first folded or missing lines in sight."</p>
            <Foot view live/>
            <p class="visually-hidden" role="status">{move || newest.get()}</p>
        </div>
        <When is=move || stream_unknown()>
            <p class="field__hint">"This executor’s log format does not name streams."</p>
        </When>
    }
    .into_any()
}

/// What a screen reader says of new lines while the pane follows.
fn announced(view: LogView) -> RwSignal<String> {
    let text = RwSignal::new(String::new());
    let announcer = StoredValue::new(Announcer::default());
    owned_interval(PACE_MS, move || {
        let next = view.buffer.with_untracked(|buffer| {
            let newest = buffer.lines().back().map(LogLine::plain_text).unwrap_or_default();
            buffer.heard().then(|| announcer.try_update_value(|announcer| announcer.next(buffer.finished(), &newest)))
        });
        if let Some(next) = next.flatten().flatten()
            && view.follow.get_untracked()
        {
            text.set(next);
        }
    });
    text
}

/// Copies a link to the current line, or to the first in sight.
fn link_copier(view: LogView) -> Callback<()> {
    let (tasks, toasts) = (owned_tasks(), use_toasts());
    Callback::new(move |()| {
        let Some(address) = view.acting().and_then(|at| view.address(at)) else { return };
        let link = format!("{}{}{address}", origin(), path_name());
        tasks.spawn(async move {
            toasts.show(match copy_text(link.clone()).await {
                true => Toast::new(Tone::Success, "Link to the line copied"),
                false => Toast::new(Tone::Warning, "The browser does not let the page copy").text(vec![link]),
            });
        });
    })
}
