//! What Drove refuses and in which words (contract 1.3, 3, 4.4), and hints of ours for what it lets pass.

pub mod bean;
mod engine;
mod hints;

pub use engine::{EngineLimits, engine, maintenance_refusal};
pub use hints::{Hint, hints};
