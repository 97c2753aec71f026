//! What stands around every page.

mod banners;
mod cluster_menu;
mod cluster_name;
mod crumbs;
mod freshness;
mod identity;
mod page_head;
mod shell;
mod sidebar;
mod theme_button;
mod toast_list;
mod top_bar;

pub use page_head::{PageHead, use_title};
pub use shell::Shell;
pub use theme_button::ThemeButton;
pub use toast_list::ToastList;
