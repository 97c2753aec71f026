//! The embedded cluster: the core, its journal, its log files, and the worker that drives it.
//!
//! ```text
//! drove_api --EmbeddedCluster::command--> driver --append--> journal (cluster.db)
//!           <--------answer-------------         --apply---> core    --> hints, log files
//!           --EmbeddedCluster::read-----------------------> core
//! ```
//! The journal is written *ahead*: a batch of inputs is committed together with its time, and only then applied. So
//! nothing can be read, answered or carried out that a restart would not know, and one commit serves the whole batch.

mod begin;
mod cluster;
mod core;
mod driver;
mod hints;
mod journal;
pub mod log_files;
mod rehearsal;
mod restore;
pub mod scenario_player;
mod snapshot;
mod start;
mod world;

pub use cluster::{CommandError, EmbeddedCluster};
pub use hints::{Hint, Hints};
pub use journal::JournalError;
pub use rehearsal::Rehearsed;
pub use start::{StartError, StatedWorld, WorldSettings};
pub use world::World;
