//! File, filter, search and switches above the lines.

use super::{LogBuffer, items::Filter, view::LogView};
use crate::browser::guarded;
use crate::ui::{Choice, Icon, IconButton, IconName, Select};
use leptos::{ev, prelude::*};

/// Id of the search box.
pub const FIND_ID: &str = "log-find";

/// The bar.
#[component]
pub(super) fn Bar(
    view: LogView,
    #[prop(into)] files: Signal<Vec<String>>,
    #[prop(into)] file: Signal<String>,
    #[prop(into)] on_file: Callback<String>,
    #[prop(into)] download: Signal<String>,
) -> impl IntoView {
    let choices = Signal::derive(move || {
        let own = file.get();
        let mut names = files.get();
        if !names.contains(&own) {
            names.insert(0, own);
        }
        names.into_iter().map(|name| Choice::new(name.clone(), name)).collect::<Vec<_>>()
    });
    let filter = |(own, name): &'static (Filter, &str)| {
        let pressed = move || if view.filter.get() == *own { "true" } else { "false" };
        view! {
            <button class="segmented__option" type="button" aria-pressed=move || pressed() on:click=guarded(move |_| view.choose(*own))>
                {*name}
            </button>
        }.into_any()
    };
    let found = move || {
        let (at, all) = view.found();
        let whole = view.buffer.with(LogBuffer::is_whole);
        match (view.query.with(String::is_empty), all) {
            (true, _) => String::new(),
            (false, 0) if whole => "No match".into(),
            (false, 0) => "No match in the loaded part".into(),
            (false, all) if whole => format!("{at} of {all}"),
            (false, all) => format!("{at} of {all} in the loaded part"),
        }
    };
    let key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            view.step(event.shift_key());
        }
        "Escape" if !view.query.with_untracked(String::is_empty) => {
            event.stop_propagation();
            view.search(String::new());
        }
        _ => {}
    };
    view! {
        <div class="log-pane__bar">
            <Select id="log-file" label="Log file" small=true choices value=file on_choose=on_file/>
            <div class="segmented" role="group" aria-label="Streams">
                {Filter::CHOICES.iter().map(filter).collect_view()}
            </div>
            <label class="search">
                <Icon name=IconName::Search/>
                <input
                    class="search__input"
                    id=FIND_ID
                    type="search"
                    aria-label="Find in log"
                    placeholder="Find in log"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || view.query.get()
                    on:input=guarded(move |event| view.search(event_target_value(&event)))
                    on:keydown=guarded(key)
                />
                <span class="search__found" role="status">{move || found()}</span>
                <IconButton label="Previous match" icon=IconName::ChevronUp on_press=move |()| view.step(true)/>
                <IconButton label="Next match" icon=IconName::ChevronDown on_press=move |()| view.step(false)/>
            </label>
            <span class="push"></span>
            {switch("Wrap", view.wrap.into(), Callback::new(move |on| view.wrap_lines(on)))}
            {switch("Follow", view.follow.into(), Callback::new(move |on| if on { view.follow_end() } else { view.stay() }))}
            <a class="icon-button" href=move || download.get() download="" aria-label="Download log" title="Download log, in clear text">
                <Icon name=IconName::Download/>
            </a>
            <IconButton
                label="Full screen"
                icon=IconName::Expand
                pressed=Signal::from(view.sheet)
                on_press=move |()| view.toggle_sheet()
            />
        </div>
    }
    .into_any()
}

fn switch(name: &'static str, on: Signal<bool>, set: Callback<bool>) -> impl IntoView {
    view! {
        <button
            class="switch"
            type="button"
            role="switch"
            aria-checked=move || if on.get() { "true" } else { "false" }
            on:click=guarded(move |_| set.run(!on.get_untracked()))
        >
            <span class="switch__track"></span>
            {name}
        </button>
    }
}
