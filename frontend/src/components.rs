//! Parts that know Drove's terms and are used by more than one page. They are given signals and values; they never ask
//! the server.

mod core_map;
mod executor_badge;
mod kill_dialog;
mod machine;
mod mini_timeline;
mod status_badge;
mod verdict_matrix;

pub use core_map::{CoreMap, CoreMapSize, CoreUse, NodeCores};
pub use executor_badge::ExecutorBadge;
pub use kill_dialog::KillDialog;
pub use machine::{NodeMemory, node_cores, node_memory};
pub use mini_timeline::{MiniTimeline, lasted};
pub use status_badge::{StatusBadge, outcome_icon, state_icon, status_icon, status_text};
pub use verdict_matrix::VerdictMatrix;
