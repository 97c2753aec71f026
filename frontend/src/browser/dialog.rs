use web_sys::HtmlDialogElement;

/// Opens a dialog above everything else; the browser keeps the focus inside it.
pub fn show_dialog(dialog: &HtmlDialogElement) {
    if !dialog.open() {
        // It can only fail for an element that left the document, and then there is nothing to show.
        let _ = dialog.show_modal();
    }
}

/// Closes a dialog; the browser gives the focus back to where it was.
pub fn close_dialog(dialog: &HtmlDialogElement) {
    if dialog.open() {
        dialog.close();
    }
}
