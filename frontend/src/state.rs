//! What outlives one view: context newtypes, each with `provide_…` (called once, in [`crate::app`]) and `use_…`.

mod background;
mod blacklisting;
mod clock;
mod executor_names;
mod keyed_rows;
mod kills;
mod live;
mod places;
mod session;
mod shortcuts;
mod task_board;
#[cfg(test)]
mod test_row;
mod theme;
mod toasts;

pub use background::{provide_background, use_background};
pub use blacklisting::{Blacklisting, provide_blacklisting, use_blacklisting};
pub use clock::{Clock, provide_clock, use_clock};
pub use executor_names::{ExecutorNames, provide_executor_names, use_executor_names};
pub use keyed_rows::{KeyedRows, set_if_changed};
pub use kills::{Kills, provide_kills, use_kills};
pub use live::{Freshness, Live, Subscription, provide_live, subscribe, use_live};
pub use places::{Places, provide_places, use_places};
pub use session::{Session, provide_session, use_session};
pub use shortcuts::{Shortcuts, provide_shortcuts, use_shortcuts};
pub use task_board::{Merge, TaskBoard};
#[cfg(test)]
pub(crate) use test_row::test_row;
pub use theme::{Theme, provide_theme, use_theme};
pub use toasts::{Toast, Toasts, provide_toasts, use_toasts};
