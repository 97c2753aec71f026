//! What Drove says on the wire, and pure conclusions from it.
//!
//! No clock, no randomness, no I/O: everything here is a value or a function of its arguments, and it compiles to wasm.
//! The wire types follow `contract.md` sections 1 to 4; the types of our own `/api` are in [`dashboard`].

pub mod capability;
pub mod dashboard;
pub mod decode;
pub mod fit;
pub mod narrative;
pub mod secret;
pub mod timeline;
pub mod validate;

mod cluster;
mod config_spec;
mod duration;
mod envelope;
mod event;
mod executor;
mod executor_line;
mod fate;
mod ids;
mod log_runs;
mod log_states;
mod logs;
mod operation;
mod outcome;
mod span;
mod spec_parts;
mod task_info;
mod task_spec;
mod task_state;
mod time;
mod utc;
mod wire_enum;

pub use cluster::*;
pub use config_spec::*;
pub use duration::*;
pub use envelope::*;
pub use event::*;
pub use executor::*;
pub use executor_line::ExecutorLine;
pub use fate::{Circumstances, Fate};
pub use ids::*;
pub use log_runs::{LogMarks, LogRun};
pub use log_states::{states_in_log, zone_of_clock};
pub use logs::*;
pub use operation::*;
pub use outcome::*;
pub use span::*;
pub use spec_parts::*;
pub use task_info::*;
pub use task_spec::*;
pub use task_state::*;
pub use time::*;
pub use timeline::{BegunBy, Gap, Repeat, Source, Transition};
pub use utc::*;
