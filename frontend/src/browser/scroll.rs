use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// How far a scrolling element is scrolled.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scroll {
    /// Above what is seen.
    pub above: i32,
    /// Below what is seen.
    pub below: i32,
}

/// Where some parts of a scrolling element are seen: their ids, and how far below its upper edge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places(Vec<(String, f64)>);

impl Places {
    /// Id of the first part.
    pub fn first(&self) -> Option<&str> {
        self.0.first().map(|(id, _)| id.as_str())
    }
}

/// So many parts are remembered: some may be gone later.
const REMEMBERED: usize = 24;

/// How far `element` is scrolled.
pub fn scroll_of(element: &Element) -> Scroll {
    let above = element.scroll_top();
    Scroll { above, below: element.scroll_height() - element.client_height() - above }
}

/// Where the first parts in sight that have an id are seen in `element`.
pub fn places_in(element: &Element) -> Places {
    let mut places = Vec::new();
    let Ok(parts) = element.query_selector_all("[id]") else { return Places::default() };
    let top = element.get_bounding_client_rect().top();
    for index in 0..parts.length() {
        let Some(part) = parts.get(index).and_then(|part| part.dyn_into::<Element>().ok()) else { continue };
        let seen = part.get_bounding_client_rect();
        if seen.bottom() > top {
            places.push((part.id(), seen.top() - top));
        }
        if places.len() == REMEMBERED {
            break;
        }
    }
    Places(places)
}

/// Clicks the first visible button within `element`, if there is one.
pub fn press_first_in_sight(element: &Element) {
    let Ok(buttons) = element.query_selector_all("button") else { return };
    let own = element.get_bounding_client_rect();
    let mut buttons = (0..buttons.length()).filter_map(|index| buttons.get(index)?.dyn_into::<HtmlElement>().ok());
    let in_sight = buttons.find(|button| {
        let seen = button.get_bounding_client_rect();
        seen.top() >= own.top() && seen.bottom() <= own.bottom()
    });
    if let Some(button) = in_sight {
        button.click();
    }
}

/// Scrolls `element` so that a part is seen where it was.
pub fn scroll_back(element: &Element, places: &Places) {
    let top = element.get_bounding_client_rect().top();
    let found = places.0.iter().find_map(|(id, at)| Some((element_by_id(id)?, at)));
    if let Some((part, at)) = found {
        let moved = part.get_bounding_client_rect().top() - top - at;
        // Distances on a page are far below the range of an integer.
        element.set_scroll_top(element.scroll_top() + moved.round() as i32);
    }
}

/// Scrolls `element` to its end.
pub fn scroll_to_end(element: &Element) {
    element.set_scroll_top(element.scroll_height());
}

/// The element with this id.
pub fn element_by_id(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}
