//! What attackers, hostile controllers and bad disks do, against the process that ships. Bounded in time and size.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod bad_disk;
mod foreign_responses;
mod large_bodies;
mod many_connections;
mod support;
mod unknown_senders;
mod unrecorded_operations;
