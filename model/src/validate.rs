//! What Drove refuses and in which words (contract 1.3, 3, 4.4), and hints of ours for what it lets pass.

pub mod bean;
mod engine;
mod field;
mod hints;
mod odd_characters;

pub use engine::{EngineLimits, engine, maintenance_refusal};
pub use field::{FieldId, refused_field, words_at_field};
pub use hints::{Hint, IGNORED, hints, operation_hints};
pub use odd_characters::{first_odd, odd_character, odd_in_json};
