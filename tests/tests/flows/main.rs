//! What people do with the page, in a real browser, against the binary as it is started by hand.
//!
//! Things are found by role and accessible name, so what these tests can use, a screen reader can. Demo time stands
//! still but for the steps that a test takes.

mod appearance;
mod below_a_path;
mod clusters;
mod connections;
mod draft;
mod elsewhere;
mod executors;
mod kill;
mod list;
mod list_moves;
mod log_pane;
mod log_runs;
mod new_task;
mod not_placed;
mod outage;
mod outcome_unknown;
mod refusals;
mod session;
mod start;
mod support;
mod task;
mod translation;
mod wander;
