use leptos::prelude::document;
use web_sys::Element;

/// How far a scrolling element is scrolled.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scroll {
    /// Above what is seen.
    pub above: i32,
    /// Below what is seen.
    pub below: i32,
}

/// How far `element` is scrolled.
pub fn scroll_of(element: &Element) -> Scroll {
    let above = element.scroll_top();
    Scroll { above, below: element.scroll_height() - element.client_height() - above }
}

/// Scrolls `element` to its end.
pub fn scroll_to_end(element: &Element) {
    element.set_scroll_top(element.scroll_height());
}

/// The element with this id.
pub fn element_by_id(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}
