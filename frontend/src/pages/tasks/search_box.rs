use super::list_query::ListQuery;
use crate::{
    browser::{guarded, owned_listener, owned_timer, select_by_id},
    routes::Replace,
    state::use_shortcuts,
    ui::{Icon, IconName, When},
};
use leptos::{ev, prelude::*};

/// A pause in typing after which the list is asked.
const PAUSE_MS: u32 = 200;
const INPUT_ID: &str = "search-tasks";

/// Search in apps and task IDs. The key `/` leads here.
#[component]
pub(super) fn SearchBox(query: ListQuery) -> impl IntoView {
    let shortcuts = use_shortcuts();
    let in_url = query.part(|query| query.text.clone());
    let typed = RwSignal::new(in_url.get_untracked());
    let waiting = owned_timer();
    // Another link or "back" changes the text; what is being typed is left alone.
    Effect::new(move |_| {
        let text = in_url.get();
        if !waiting.is_running() && typed.with_untracked(|typed| *typed != text) {
            typed.set(text);
        }
    });
    let ask = move || {
        waiting.stop();
        let text = typed.get_untracked();
        query.change(Replace::Yes, |query| query.text = text);
    };
    let input = move |text: String| {
        typed.set(text);
        waiting.start(PAUSE_MS, ask);
    };
    let key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Escape" if typed.with_untracked(|typed| !typed.is_empty()) => {
            typed.set(String::new());
            ask();
        }
        "Enter" => ask(),
        _ => {}
    };
    owned_listener(ev::keydown, move |event| {
        if event.key() == "/" && !event.ctrl_key() && !event.meta_key() && shortcuts.listen() {
            event.prevent_default();
            select_by_id(INPUT_ID);
        }
    });
    view! {
        <label class="search">
            <Icon name=IconName::Search/>
            <input
                class="search__input"
                id=INPUT_ID
                type="search"
                aria-label="Search tasks"
                placeholder="Search tasks"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || typed.get()
                on:input=guarded(move |event| input(event_target_value(&event)))
                on:keydown=guarded(key)
            />
            <When is=move || shortcuts.are_on()><kbd class="kbd" aria-hidden="true">"/"</kbd></When>
        </label>
    }
}
