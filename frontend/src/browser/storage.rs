use leptos::prelude::window;
use web_sys::Storage;

/// What was remembered under `name`, if the browser keeps anything for us. Never credentials.
pub fn load(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

/// Remembers `value` under `name` in this browser. Never credentials.
pub fn store(name: &str, value: &str) {
    if let Some(storage) = storage() {
        // Full or denied: the page works without.
        let _ = storage.set_item(name, value);
    }
}

/// Forgets what was remembered under `name`.
pub fn forget(name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(name);
    }
}

/// What was remembered under `name` for this tab. Never credentials.
pub fn load_in_tab(name: &str) -> Option<String> {
    tab_storage()?.get_item(name).ok().flatten()
}

/// Remembers `value` under `name` until this tab is closed. Never credentials.
pub fn store_in_tab(name: &str, value: &str) {
    if let Some(storage) = tab_storage() {
        // Full or denied: the page works without.
        let _ = storage.set_item(name, value);
    }
}

/// Forgets what was remembered under `name` for this tab.
pub fn forget_in_tab(name: &str) {
    if let Some(storage) = tab_storage() {
        let _ = storage.remove_item(name);
    }
}

/// Forgets everything that was remembered for this tab.
pub fn clear_tab() {
    if let Some(storage) = tab_storage() {
        let _ = storage.clear();
    }
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn tab_storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}
