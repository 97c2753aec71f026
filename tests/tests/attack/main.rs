//! What attackers and hostile controllers try, against the process that ships. Bounded in time and size.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod foreign_responses;
mod large_bodies;
mod support;
mod unknown_senders;
mod unrecorded_operations;
