//! The suite of `tests/contract` once more: the embedded cluster behind a socket, reached as a real leader is.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

#[path = "../contract/bad_input.rs"]
mod bad_input;
#[path = "../contract/compare.rs"]
mod compare;
mod door;
#[path = "../contract/exceptions.rs"]
mod exceptions;
#[path = "../contract/log_bytes.rs"]
mod log_bytes;
#[path = "../contract/recording.rs"]
mod recording;
#[path = "../contract/sequences.rs"]
mod sequences;
#[path = "../contract/stateless.rs"]
mod stateless;
#[path = "../contract/world.rs"]
#[allow(dead_code, reason = "restarts and hints are no matter of the way to the cluster")]
mod world;
