//! The only room with sockets, time and a database: it serves the page, Drove's API and our own `/api`.
//!
//! A request walks from the outside in: [`app`] binds and runs everything, [`router`] names every route, [`middleware`]
//! is what each request passes, [`dashboard_api`] answers `/api/**`, [`operations`] and [`upstream`] answer `/apis/**`.
//! Behind them [`watcher`] reads the cluster through [`drove_client`] into the [`ledger`], and [`live`] pushes what
//! changed to the pages. [`drove_api`] and [`runtime`] are the embedded cluster of the demo, seen only by `upstream`.
//! Decisions that `model` or `controller` could make are not made here.

#![warn(clippy::print_stdout, clippy::print_stderr, reason = "they panic when the reader is gone; use tracing")]

pub mod app;
pub mod assets;
pub mod clock;
pub mod compression;
pub mod config;
pub mod dashboard_api;
pub mod drove_api;
pub mod drove_client;
pub mod error;
pub mod extract;
pub mod ledger;
pub mod live;
pub mod metrics;
pub mod middleware;
pub mod operations;
pub mod peer;
pub mod router;
pub mod runtime;
mod schema_version;
pub mod session;
mod shares;
mod sqlite_file;
pub mod upstream;
pub mod watcher;
