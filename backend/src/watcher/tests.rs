#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod demo;
mod doubtful;
mod embedded;
mod gaps;
mod recorded;
mod replay;
mod replicas;
mod status;
mod unlisted;
