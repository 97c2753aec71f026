#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod embedded;
mod recorded;
mod replay;
mod status;
