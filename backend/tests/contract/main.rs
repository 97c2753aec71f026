//! The embedded cluster against recordings of a real one (`tests/recordings` at the root), and against bad input and sudden death.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod bad_input;
mod compare;
mod door;
mod exceptions;
mod first_minute;
mod hints;
mod log_bytes;
mod recording;
mod restart;
mod sequences;
mod stateless;
mod world;
