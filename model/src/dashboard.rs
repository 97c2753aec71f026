//! Types of our own `/api` (design section 4), shared by the backend that writes them and the page that reads them.

mod cluster_status;
mod error;
mod history;
mod live;
mod log;
mod query;
mod row;
mod session;
mod submission;

pub use cluster_status::*;
pub use error::*;
pub use history::*;
pub use live::*;
pub use log::*;
pub use query::*;
pub use row::*;
pub use session::*;
pub use submission::*;
