use super::owned::owned_listener;
use js_sys::{Array, Date, Intl, Math, Reflect};
use leptos::{
    ev,
    prelude::{document, window},
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Element, HtmlAnchorElement, Url};

/// Path below which the server is, without a slash at its end: empty, or what the server wrote into the document.
pub fn base_path() -> String {
    root().and_then(|root| root.get_attribute("data-base")).unwrap_or_default()
}

/// Removes what `index.html` shows while the page has not started; but not if it says that the styles are missing.
pub fn remove_start_notice() {
    let notice = document().get_element_by_id("start");
    if let Some(notice) = notice.filter(|notice| notice.get_attribute("data-why").as_deref() != Some("style")) {
        notice.remove();
    }
}

/// Path of the page's address, without query.
pub fn path_name() -> String {
    window().location().pathname().unwrap_or_default()
}

/// Scheme, host and port of the page's address.
pub fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Path, query and fragment of an address as this browser resolves it, which removes tabs and newlines, reads `\` as `/`
/// and follows dots; nothing if that leads to another origin.
pub fn within_origin(address: &str) -> Option<String> {
    let origin = origin();
    let url = Url::new_with_base(address, &origin).ok()?;
    (url.origin() == origin).then(|| format!("{}{}{}", url.pathname(), url.search(), url.hash()))
}

/// Loads another address from the server: what the page holds is gone.
pub fn go_to(address: &str) {
    let _ = window().location().assign(address);
}

/// Loads the page again from the server.
pub fn reload() {
    let _ = window().location().reload();
}

/// Sets the text of the browser's tab.
pub fn set_title(title: &str) {
    document().set_title(title);
}

/// Whether the page is in the background.
pub fn is_hidden() -> bool {
    document().hidden()
}

/// Calls `handle` whenever the page comes to the front or goes to the background, until the current owner is disposed.
pub fn on_visibility_change(handle: impl Fn() + 'static) {
    // The event is the document's and bubbles to the window.
    owned_listener(ev::visibilitychange, move |_| handle());
}

/// Calls `handle` whenever the browser finds a network again, until the current owner is disposed.
pub fn on_network_back(handle: impl Fn() + 'static) {
    owned_listener(ev::online, move |_| handle());
}

/// Milliseconds on a clock that never jumps; its zero means nothing.
pub fn monotonic_ms() -> f64 {
    window().performance().map(|p| p.now()).unwrap_or_default()
}

/// A number from 0 to 1, for spreading retries.
pub fn chance() -> f64 {
    Math::random()
}

/// Whether the page shows its beginning.
pub fn is_at_top() -> bool {
    window().scroll_y().unwrap_or_default() < 8.0
}

/// Whether the page is as narrow as on a phone (the same width as in the style sheets).
pub fn is_narrow() -> bool {
    window().match_media("(max-width: 45rem)").ok().flatten().is_some_and(|query| query.matches())
}

/// `data-theme` of the document, as set before the first paint.
pub fn theme() -> Option<String> {
    root()?.get_attribute("data-theme")
}

/// Changes `data-theme` of the document.
pub fn set_theme(theme: &str) {
    if let Some(root) = root() {
        let _ = root.set_attribute("data-theme", theme);
    }
}

/// Calls `handle`, as long as the page is open, whenever the system changes between light and dark: with whether it is
/// dark now.
pub fn on_system_theme(handle: impl Fn(bool) + 'static) {
    let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") else { return };
    let own = query.clone();
    let changed = Closure::<dyn Fn()>::new(move || handle(own.matches()));
    query.set_onchange(Some(changed.as_ref().unchecked_ref()));
    changed.forget();
}

fn root() -> Option<Element> {
    document().document_element()
}

/// Puts a text on the clipboard; false if the browser does not let us.
pub async fn copy_text(text: String) -> bool {
    let navigator = window().navigator();
    // Absent on insecure origins, where the property is undefined.
    if !Reflect::get(&navigator, &JsValue::from_str("clipboard")).is_ok_and(|c| !c.is_undefined()) {
        return false;
    }
    JsFuture::from(navigator.clipboard().write_text(&text)).await.is_ok()
}

/// Offers a text as a file to keep.
pub fn download(name: &str, text: &str) {
    let parts = Array::of1(&JsValue::from_str(text));
    let Ok(blob) = Blob::new_with_str_sequence(&parts) else { return };
    let Ok(address) = Url::create_object_url_with_blob(&blob) else { return };
    if let Some(link) = document().create_element("a").ok().and_then(|e| e.dyn_into::<HtmlAnchorElement>().ok()) {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    let _ = Url::revoke_object_url(&address);
}

/// Year, month (1 to 12), day, hour, minute, second and millisecond of a time in the viewer's zone.
pub fn local_clock(millis: i64) -> [u32; 7] {
    // A JavaScript date counts in doubles; the times of a cluster lie far within their exact range.
    let date = Date::new(&JsValue::from_f64(millis as f64));
    [
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date(),
        date.get_hours(),
        date.get_minutes(),
        date.get_seconds(),
        date.get_milliseconds(),
    ]
}

/// How many milliseconds the viewer's clock is ahead of UTC at a time.
pub fn zone_offset(millis: i64) -> i64 {
    // Offsets are whole minutes, or halves and quarters of an hour: far below where a float loses them.
    -(Date::new(&JsValue::from_f64(millis as f64)).get_timezone_offset() * 60_000.0) as i64
}

/// Name of the viewer's time zone, `Asia/Kolkata`.
pub fn zone_name() -> String {
    let format = Intl::DateTimeFormat::new(&Array::new(), &js_sys::Object::new());
    Reflect::get(&format.resolved_options(), &JsValue::from_str("timeZone"))
        .ok()
        .and_then(|zone| zone.as_string())
        .unwrap_or_default()
}
