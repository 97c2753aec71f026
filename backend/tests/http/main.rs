//! The dashboard over HTTP, in process: every request goes through the whole stack, and no socket is opened.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod clock_and_clusters;
mod history;
mod hosts_and_limits;
mod live;
mod logs;
mod pages;
mod placement;
mod runs;
mod sessions;
mod support;
