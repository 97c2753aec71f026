use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, FocusOptions, HtmlElement, MouseEvent, ScrollRestoration};

/// Where the reader is on a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// How far the page is scrolled, in CSS pixels.
    pub scroll: i32,
    /// The link that was followed from there, if one was.
    pub link: Option<Link>,
}

/// A link, as it can be found again when the page was built anew.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Id of the element around it: its row, if it is in one that has an id.
    within: Option<String>,
    href: String,
    /// From the top of the window, in CSS pixels.
    top: f64,
}

/// Key of the history entry that is shown, if it has one.
pub fn entry_key() -> Option<String> {
    window().history().ok()?.state().ok()?.as_string()
}

/// Gives the history entry that is shown a key. It keeps it as long as the tab lives.
pub fn set_entry_key(key: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state(&JsValue::from_str(key), "");
    }
}

/// Leaves it to the page where to scroll on Back and Forward: its rows come later than the browser scrolls.
pub fn scroll_by_hand() {
    if let Ok(history) = window().history() {
        let _ = history.set_scroll_restoration(ScrollRestoration::Manual);
    }
}

/// Calls `handle` before any other handler of a click, as long as the page is open, with the place of the reader.
pub fn before_clicks(handle: impl Fn(Place) + 'static) {
    let clicked = Closure::<dyn Fn(MouseEvent)>::new(move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into().ok());
        handle(place_of(target));
    });
    let listener = clicked.as_ref().unchecked_ref();
    let _ = window().add_event_listener_with_callback_and_bool("click", listener, true);
    clicked.forget();
}

/// The place of a reader who presses `pressed`, or else what has the keyboard.
pub fn place_of(pressed: Option<Element>) -> Place {
    let link = pressed.or_else(|| document().active_element()).and_then(|pressed| Link::at(&pressed));
    // Far within the range of whole numbers.
    Place { scroll: window().scroll_y().unwrap_or_default() as i32, link }
}

/// Brings the reader back to `place`: the link is where it was in the window and has the keyboard. Returns false while the
/// page has not loaded what is needed for that; with `at_last` it does what is possible.
pub fn return_to(place: &Place, at_last: bool) -> bool {
    if !at_last && document().query_selector("main :is([aria-busy=true], [data-loading])").ok().flatten().is_some() {
        return false;
    }
    let link = place.link.as_ref().and_then(|link| link.find().map(|element| (element, link.top)));
    if let Some((element, top)) = &link
        && element.closest("tr").ok().flatten().is_some()
    {
        // Rows may have come or gone above it.
        window().scroll_by_with_x_and_y(0.0, element.get_bounding_client_rect().top() - top);
    } else if at_last || room_to_scroll() >= f64::from(place.scroll) {
        window().scroll_to_with_x_and_y(0.0, f64::from(place.scroll));
    } else {
        return false;
    }
    if let Some((element, _)) = link {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
    true
}

fn room_to_scroll() -> f64 {
    document().document_element().map_or(0.0, |root| f64::from(root.scroll_height() - root.client_height()) + 1.0)
}

impl Link {
    /// The link around `pressed`, or else the first one of the row around it.
    fn at(pressed: &Element) -> Option<Self> {
        let own = pressed.closest("a[href]").ok().flatten();
        let link = own.or_else(|| first_link(&pressed.closest("tr").ok().flatten()?))?;
        Some(Self {
            within: link.parent_element().and_then(|parent| parent.closest("[id]").ok().flatten()).map(|e| e.id()),
            href: link.get_attribute("href")?,
            top: link.get_bounding_client_rect().top(),
        })
    }

    fn find(&self) -> Option<HtmlElement> {
        let around = self.within.as_ref().and_then(|id| document().get_element_by_id(id));
        let links = match &around {
            Some(around) => around.query_selector_all("a[href]"),
            None => document().query_selector_all("a[href]"),
        }
        .ok()?;
        let links = (0..links.length()).filter_map(|index| links.get(index)?.dyn_into::<HtmlElement>().ok());
        let same = links.into_iter().find(|link| link.get_attribute("href").as_ref() == Some(&self.href));
        // The address of a run changes when another one follows it; its row does not.
        same.or_else(|| first_link(&around.filter(|around| around.tag_name() == "TR")?)?.dyn_into().ok())
    }
}

/// The link of a row.
pub(super) fn first_link(row: &Element) -> Option<Element> {
    row.query_selector("a[href]").ok().flatten()
}
