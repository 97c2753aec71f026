//! The dashboard over HTTP, in process: every request goes through the whole stack, and no socket is opened.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod api_document;
mod audit;
mod base_path;
mod clock_and_clusters;
#[path = "../shared/description.rs"]
mod description;
#[path = "../shared/events.rs"]
mod events;
mod export;
mod history;
mod hosts_and_limits;
mod live;
#[path = "../shared/log.rs"]
mod log;
mod logs;
mod machines;
mod pages;
mod placement;
#[path = "../shared/requests.rs"]
mod requests;
mod runs;
mod sessions;
mod support;
