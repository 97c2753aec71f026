use web_sys::ClipboardEvent;

/// The text that is being pasted, if it is one.
pub fn pasted_text(event: &ClipboardEvent) -> Option<String> {
    event.clipboard_data()?.get_data("text").ok().filter(|text| !text.is_empty())
}
