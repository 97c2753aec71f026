use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, MouseEvent, Node};

/// Whether a `<details>` is open.
pub fn is_open(menu: &Element) -> bool {
    menu.has_attribute("open")
}

/// Closes a menu and puts the keyboard back on its button.
pub fn leave_menu(menu: &Element) {
    let _ = menu.remove_attribute("open");
    if let Some(button) = menu.first_element_child().and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        let _ = button.focus();
    }
}

/// Closes every open menu but the one around `inside`. A menu that has the keyboard gives it to its button.
pub fn close_menus(inside: Option<&Node>) {
    let Ok(open) = document().query_selector_all("details.menu[open]") else { return };
    for index in 0..open.length() {
        let Some(menu) = open.get(index) else { continue };
        if !inside.is_some_and(|inside| menu.contains(Some(inside)))
            && let Some(element) = menu.dyn_ref::<Element>()
        {
            if menu.contains(document().active_element().as_deref()) {
                leave_menu(element);
            } else {
                let _ = element.remove_attribute("open");
            }
        }
    }
}

/// What a click was on.
pub fn clicked(event: &MouseEvent) -> Option<Node> {
    event.target().and_then(|target| target.dyn_into().ok())
}
