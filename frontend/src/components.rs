//! Parts that know Drove's terms and are used by more than one page. They are given signals and values; they never ask
//! the server.

mod core_legend;
mod core_map;
mod executor_badge;
mod kill_dialog;
mod last_words;
mod log_pane;
mod machine;
mod mini_timeline;
mod spec_view;
mod state_path;
mod status_badge;
mod timeline;
mod verdict_matrix;

pub use core_legend::CoreLegend;
pub use core_map::{CoreMap, CoreMapSize, CoreUse, NodeCores};
pub use executor_badge::ExecutorBadge;
pub use kill_dialog::KillDialog;
pub use last_words::LastWords;
pub use log_pane::{LogBuffer, LogPane};
pub use machine::{NodeMemory, node_cores, node_memory};
pub use mini_timeline::{MiniTimeline, lasted};
pub use spec_view::SpecView;
pub use state_path::StatePath;
pub use status_badge::{StatusBadge, outcome_icon, state_icon, status_icon, status_text};
pub use timeline::Timeline;
pub use verdict_matrix::VerdictMatrix;
