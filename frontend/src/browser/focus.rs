use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, ScrollBehavior, ScrollIntoViewOptions, ScrollLogicalPosition};

/// Puts the keyboard on the element with this id, if there is one.
pub fn focus_by_id(id: &str) {
    if let Some(element) = html_element(document().get_element_by_id(id)) {
        let _ = element.focus();
    }
}

/// Puts the keyboard on an input and selects what it holds.
pub fn select_by_id(id: &str) {
    focus_by_id(id);
    if let Some(input) = document().get_element_by_id(id).and_then(|e| e.dyn_into::<HtmlInputElement>().ok()) {
        input.select();
    }
}

/// Whether the page that is shown waits for what it is made of.
pub fn is_loading() -> bool {
    document().query_selector("main [data-loading]").ok().flatten().is_some()
}

/// Whether the keyboard is on nothing, or on the frame of a page.
pub fn is_focus_free() -> bool {
    document().active_element().is_none_or(|element| element.id() == "main" || element.tag_name() == "BODY")
}

/// Puts the keyboard on the page's title, which is what a screen reader then reads: used after a change of page.
pub fn focus_heading() {
    let title = document().query_selector("main h1").ok().flatten();
    // A page that is still loading has no title yet, or one that will be replaced; its frame stays.
    let title = title.filter(|title| !(is_loading() && title.class_list().contains("visually-hidden")));
    if let Some(heading) = html_element(title.or_else(|| document().get_element_by_id("main"))) {
        let _ = heading.set_attribute("tabindex", "-1");
        let _ = heading.focus();
    }
}

/// Brings the element with this id into view, moving as little as possible.
pub fn scroll_to_id(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        let options = ScrollIntoViewOptions::new();
        options.set_behavior(ScrollBehavior::Auto);
        options.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Brings the element with this id to the top of the page, below what is sticky.
pub fn scroll_to_top_of(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        element.scroll_into_view();
    }
}

/// Whether keys now go into a text, a choice or a dialog, so that single-key shortcuts must keep still.
pub fn is_typing() -> bool {
    let busy = "input, textarea, select, [contenteditable], dialog, [role=log], details[open]";
    focus_is_in(busy)
}

/// Whether the keyboard is on something that Enter presses.
pub fn is_on_control() -> bool {
    focus_is_in("a, button, summary, [role=tab]")
}

/// Whether the keyboard is on a table of rows.
pub fn is_in_grid() -> bool {
    focus_is_in("[role=grid]") && !is_typing()
}

fn focus_is_in(selector: &str) -> bool {
    document().active_element().is_some_and(|element| element.closest(selector).ok().flatten().is_some())
}

fn html_element(element: Option<Element>) -> Option<HtmlElement> {
    element.and_then(|element| element.dyn_into().ok())
}
