//! The page: a Leptos application, rendered in the browser.
//!
//! | Room | Owns | Not here |
//! |---|---|---|
//! | [`app`] | contexts, router, which page is shown | what a page shows |
//! | [`routes`] | every URL of the page, built and parsed | URLs of the server: [`api`] |
//! | [`api`] | every URL of the server, decoding of answers, errors in words | when to ask |
//! | [`state`] | what outlives one view: live stream, clock, session, theme, board of rows | views |
//! | [`pages`] | one module per page; they own their data and read the URL | reusable parts |
//! | [`components`] | parts that know Drove's terms | fetching |
//! | [`ui`] | parts that know neither Drove nor the router | meaning |
//! | [`format`] | values to text, pure | decisions: those are in `model` |
//! | [`browser`] | the only code that touches web-sys | |

#![allow(
    clippy::redundant_closure,
    reason = "`view!` erases closures that are written where they are used; a named one is compiled for each use"
)]

pub mod api;
pub mod app;
pub mod browser;
pub mod components;
pub mod format;
pub mod layout;
pub mod pages;
pub mod routes;
pub mod state;
pub mod ui;

/// Mounts the page. Panics are reported on the browser's console.
pub fn start() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
    browser::remove_start_notice();
}
