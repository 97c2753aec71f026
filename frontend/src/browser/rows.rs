use super::place::first_link;
use leptos::{
    leptos_dom::helpers::queue_microtask,
    prelude::{document, window},
};
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DocumentFragment, Element, HtmlAnchorElement, HtmlElement, MouseEvent, Node, Selection};

/// What a click means something else on than on the row around it.
const CONTROLS: &str = "a, button, input, label, details";
/// What is not part of a row's text.
const NO_TEXT: &str = ".visually-hidden, [role=img], svg, details";

/// Follows the link of the row that was pressed; in another tab if a modifier or the middle button asks for it. Presses of
/// controls and the end of selecting text are not for the row.
pub fn follow_row(event: &MouseEvent) {
    let Some(pressed) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    let Some(row) = pressed.closest("tr").ok().flatten() else { return };
    let is_for_row = !event.default_prevented() && matches!(pressed.closest(CONTROLS), Ok(None)) && !is_selected(&row);
    let link = first_link(&row).and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    let Some(link) = link.filter(|_| is_for_row) else { return };
    let elsewhere = event.ctrl_key() || event.meta_key() || event.shift_key();
    match event.button() {
        0 if !elsewhere => press(link.into()),
        0 | 1 => {
            let _ = window().open_with_url_and_target_and_features(&link.href(), "_blank", "noopener");
        }
        _ => {}
    }
}

/// Follows the link of the row with this id.
pub fn follow_row_by_id(id: &str) {
    let link = document().get_element_by_id(id).as_ref().and_then(first_link);
    if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
        press(link);
    }
}

/// Presses a link once the handler that asks for it has returned: a handler cannot be called while it runs, and all clicks
/// share one.
fn press(link: HtmlElement) {
    queue_microtask(move || link.click());
}

/// Copies what is selected of a list as its readers see it: a line for each row, tabs between its cells.
pub fn copy_rows(event: &ClipboardEvent) {
    let Some(range) = selection().and_then(|selection| selection.get_range_at(0).ok()) else { return };
    let around = range.common_ancestor_container().ok();
    let around = around.and_then(|node| node.dyn_ref::<Element>().cloned().or_else(|| node.parent_element()));
    if !around.is_some_and(|around| matches!(around.closest("table:has(> [data-opens]), .cut-middle"), Ok(Some(_)))) {
        return;
    }
    let text = range.clone_contents().ok().and_then(|selected| text_of(&selected));
    if let (Some(text), Some(data)) = (text, event.clipboard_data())
        && data.set_data("text/plain", &text).is_ok()
    {
        event.prevent_default();
    }
}

fn text_of(selected: &DocumentFragment) -> Option<String> {
    let unseen = selected.query_selector_all(NO_TEXT).ok()?;
    for node in (0..unseen.length()).filter_map(|index| unseen.get(index)) {
        node.parent_node()?.remove_child(&node).ok()?;
    }
    let cells = selected.query_selector_all("td, th").ok()?;
    if cells.length() == 0 {
        return Some(spaced(&selected.text_content()?));
    }
    let mut rows: Vec<(Option<Node>, Vec<String>)> = Vec::new();
    for cell in (0..cells.length()).filter_map(|index| cells.get(index)) {
        let (row, text) = (cell.parent_node(), spaced(&cell.text_content().unwrap_or_default()));
        match rows.last_mut() {
            Some((last, texts)) if *last == row => texts.push(text),
            _ => rows.push((row, vec![text])),
        }
    }
    Some(table(rows.into_iter().map(|(_, texts)| texts)))
}

/// Cells without text are pictures and menus: they are not copied.
fn table(rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |texts: Vec<String>| texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\t");
    rows.map(line).collect::<Vec<_>>().join("\n")
}

/// As a browser draws it: any white space is one space.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_selected(row: &Element) -> bool {
    selection().is_some_and(|selection| selection.contains_node_with_allow_partial_containment(row, true) == Ok(true))
}

/// Text that is selected, if any.
fn selection() -> Option<Selection> {
    window().get_selection().ok().flatten().filter(|selection| !selection.is_collapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_copied_as_lines_and_cells_with_tabs() {
        let row = |texts: [&str; 4]| texts.map(spaced).to_vec();
        let rows = [
            row(["Running\u{a0} kill pending", "invoice-b\natch", "", "3 s"]),
            row(["Failed · exit 3", "b-2", "", "–"]),
        ];
        assert_eq!(table(rows.into_iter()), "Running kill pending\tinvoice-b atch\t3 s\nFailed · exit 3\tb-2\t–");
    }
}
