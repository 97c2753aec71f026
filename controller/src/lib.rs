//! The embedded controller core: Drove's controller and the executors' state machines, without clock, I/O or entropy.
//!
//! # Determinism
//! - Time is an argument, never goes back, and every deadline fires at its own time, in order, however late
//!   [`Controller::handle_timeout`] is called. A command at `now` comes after all deadlines up to and including `now`.
//! - Chance comes from streams keyed by (seed, purpose, task key, n-th accepted CREATE of that key), see `random`.
//! - Same [`WorldConfig`] and same commands at the same times: same history, to the byte.
//!
//! # Who calls what
//! ```text
//! driver --handle_command--> Controller --poll_effect--> runtime (simulated here, docker in the backend)
//!                                       <-handle_report--
//!                                       --poll_event---> driver: log bytes, hints, late answers
//! ```
//! [`Simulation`] is a controller and the simulated runtime wired together: what the demo's driver owns.
//! HTTP, journal, files and the ledger are not here: see the `backend` crate.

mod behaviour;
mod command;
mod controller;
mod dates;
mod effect;
mod event_store;
mod executor_pool;
mod figures;
pub mod invariants;
mod lifecycle;
mod log_lines;
mod logs;
mod options;
mod pairs;
mod random;
mod reject;
mod report;
mod runners;
mod runs;
pub mod scenario;
mod simulation;
mod task_table;
mod timers;
mod world;

pub use behaviour::{Behaviour, Ending, Pull, PullOutcome, RunPlan, Script, StartOutcome};
pub use command::{Command, Reply, Ticket};
pub use controller::{Controller, RunId};
pub use effect::{Effect, InstanceOrder, Output};
pub use options::Options;
pub use reject::{IN_MAINTENANCE, Reject};
pub use report::{Fact, OutputLine, PullProgress, Report, Stream};
pub use simulation::Simulation;
pub use world::{ControllerNode, Machine, NumaNode, WorldConfig};
