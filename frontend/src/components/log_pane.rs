//! The log of a task, following live.

mod ansi;
mod bar;
pub mod buffer;
mod foot;
mod items;
mod line;
mod row;
mod view;

pub use buffer::LogBuffer;
pub use line::{LogLine, Stream};

use crate::{
    browser::{Scroll, element_by_id, guarded, owned_frames, owned_listener, scroll_of, scroll_to_end},
    state::use_shortcuts,
    ui::{Icon, IconName, Note, Tone, When},
};
use bar::Bar;
use foot::Foot;
use items::Item;
use leptos::{ev, prelude::*};
use row::row;
use view::LogView;

/// Near the end counts as the end.
const AT_END: i32 = 24;
const LINES_ID: &str = "log-lines";

/// The pane. Whoever owns the buffer feeds it; the pane asks for older parts when they are wanted.
#[component]
pub fn LogPane(
    /// What was read.
    buffer: RwSignal<LogBuffer>,
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
    let view = LogView::new(buffer, linked, link);
    let last = StoredValue::new(Scroll::default());
    let frames = owned_frames();
    let lines = move || element_by_id(LINES_ID);
    let go_to_end = move || {
        view.follow_end();
        frames.request(move || {
            if let Some(lines) = lines() {
                scroll_to_end(&lines);
            }
        });
    };
    // What is new is scrolled to only after it was drawn.
    Effect::new(move |_| {
        view.shown.track();
        if view.follow.get() {
            frames.request(move || {
                if let Some(lines) = lines() {
                    scroll_to_end(&lines);
                }
            });
        }
    });
    Effect::new(move |_| {
        if to_end.get() {
            to_end.set(false);
            view.sheet.set(crate::browser::is_narrow());
            go_to_end();
        }
    });
    let scrolled = move |_| {
        let Some(now) = lines().map(|lines| scroll_of(&lines)) else { return };
        let before = last.get_value();
        last.set_value(now);
        // Only a reader scrolls up: what is added moves nothing.
        if view.follow.get_untracked() && now.above < before.above - 2 && now.below > AT_END {
            view.follow.set(false);
        }
    };
    let earlier = move |_| {
        if !view.show_earlier() {
            view.ask_earlier();
            on_earlier.run(());
        }
    };
    // The part that was asked for comes later.
    let start = Memo::new(move |_| buffer.with(LogBuffer::start));
    Effect::new(move |before: Option<u64>| {
        let now = start.get();
        if before.is_some_and(|before| now < before) {
            view.came_earlier();
        }
        now
    });
    let keys = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && view.sheet.get_untracked() {
            event.stop_propagation();
            view.sheet.set(false);
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
                aria-live=move || if view.follow.get() { "polite" } else { "off" }
                on:scroll=guarded(scrolled)
            >
                <When is=move || view.has_earlier.get()>
                    <div class="log-pane__more">
                        <button class="link-button link-button--s" type="button" on:click=guarded(earlier)>"Show earlier lines"</button>
                    </div>
                </When>
                <For
                    each=move || view.shown.get()
                    key=|shown| shown.key
                    children=move |shown| match shown.item {
                        Item::Line(_) => shown.line.map(|line| row(view, line, shown.number)).into_any(),
                        Item::Divider { at, from, to, time, fold } => row::divider(view, at, from, &to, time, fold),
                        Item::Fold(fold) => row::fold(view, fold),
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
                        <button class="link-button link-button--s" type="button" on:click=guarded(move |_| view.show_later())>
                            "Show later lines"
                        </button>
                    </div>
                </When>
            </div>
            <Foot view live on_end=move |()| go_to_end()/>
        </div>
        <When is=move || stream_unknown()>
            <p class="field__hint">"This executor’s log format does not name streams."</p>
        </When>
    }
    .into_any()
}
