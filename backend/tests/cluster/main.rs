//! The dashboard in front of a cluster of three controllers that fail in every way controllers do.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod api_document;
mod clusters;
mod controllers;
mod dashboard;
#[path = "../shared/description.rs"]
mod description;
mod encrypted;
#[path = "../shared/events.rs"]
mod events;
mod fake;
mod following;
mod forwarding;
mod guessing;
mod kills;
#[path = "../shared/log.rs"]
mod log;
mod log_followers;
mod operating;
mod operations;
mod readers;
mod replicas;
#[path = "../shared/requests.rs"]
mod requests;
mod sessions;
mod signing_in;
mod streaming;
mod unwritable;
mod watching;
