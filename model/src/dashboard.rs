//! Types of our own `/api` (design section 4), shared by the backend that writes them and the page that reads them.

pub mod pages;

mod cluster_status;
mod clusters;
mod demo_clock;
mod error;
mod history;
mod live;
mod log;
mod placement;
mod query;
mod query_match;
mod row;
mod session;
mod submission;

pub use cluster_status::*;
pub use clusters::*;
pub use demo_clock::*;
pub use error::*;
pub use history::*;
pub use live::*;
pub use log::*;
pub use placement::*;
pub use query::*;
pub use query_match::has_tag;
pub use row::*;
pub use session::*;
pub use submission::*;
