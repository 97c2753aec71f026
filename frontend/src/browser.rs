//! The only room that touches web-sys: what the page needs of a browser, as plain Rust.
//!
//! Everything here fails softly: storage may be denied, a clipboard may be missing, and the page goes on without.

mod abort;
mod dialog;
mod event_stream;
mod focus;
mod menu;
mod owned;
mod page;
mod paste;
mod place;
mod rows;
mod scroll;
mod storage;
mod windows;

pub use abort::Abort;
pub use dialog::{close_dialog, show_dialog};
pub use event_stream::{EventStream, StreamEvent};
pub use focus::{
    focus_by_id, focus_heading, is_focus_free, is_in_grid, is_loading, is_on_control, is_typing, scroll_to_id,
    scroll_to_top_of, select_by_id,
};
pub use menu::{clicked, close_menus, is_open, leave_menu};
pub use owned::{
    OwnedFrames, OwnedTasks, OwnedTimer, guarded, guarded_unload, owned_frames, owned_interval, owned_listener,
    owned_tasks, owned_timer,
};
pub use page::{
    base_path, chance, copy_text, download, go_to, is_at_top, is_hidden, is_narrow, local_clock, monotonic_ms,
    on_network_back, on_system_theme, on_visibility_change, origin, path_name, reload, remove_start_notice, set_theme,
    set_title, theme, within_origin, zone_name, zone_offset,
};
pub use paste::pasted_text;
pub use place::{Place, before_clicks, entry_key, place_of, return_to, scroll_by_hand, set_entry_key};
pub use rows::{copy_rows, follow_row, follow_row_by_id};
pub use scroll::{Scroll, element_by_id, places_in, press_first_in_sight, scroll_back, scroll_of, scroll_to_end};
pub use storage::{clear_tab, forget, forget_in_tab, load, load_in_tab, store, store_in_tab};
pub use windows::{WindowMessage, has_focus, owned_window_listener, post_to_windows, with_connection};
