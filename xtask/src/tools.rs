//! Programs that building and testing need, each installed when it is missing.

pub mod apt;
pub mod browser;
pub mod drove_cli;
pub mod nginx;
pub mod postgres;
pub mod trunk;
pub mod wasm_target;
