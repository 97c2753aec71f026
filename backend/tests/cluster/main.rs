//! The dashboard in front of a cluster of three controllers that fail in every way controllers do.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod clusters;
mod controllers;
mod dashboard;
mod encrypted;
mod fake;
mod following;
mod forwarding;
mod kills;
mod operating;
mod operations;
#[path = "../shared/requests.rs"]
mod requests;
mod signing_in;
mod watching;
