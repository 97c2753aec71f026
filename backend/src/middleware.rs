//! What every request passes before it reaches a handler.
//!
//! In this order, each with its reason:
//! 1. [`metrics::count`]: whatever is answered is counted.
//! 2. [`trace`]: everything below gets an id and a log line, panics included.
//! 3. [`headers`]: every answer carries them, refusals of the next ones too.
//! 4. [`host`]: a foreign name is turned away before anything is read.
//! 5. [`limits`]: no body is read past the limit, no answer is waited for without end.
//! 6. [`cluster`]: `/clusters/NAME` is taken off the path, so that one table of routes serves them all.
//! 7. [`session`]: the cookie becomes a caller.
//!
//! [`compress`] stands around our own API only, within the table of routes; [`route`]
//! around all of that table.

pub mod cluster;
pub mod compress;
pub mod headers;
pub mod host;
pub mod limits;
pub mod route;
pub mod session;
pub mod trace;

use crate::{app::App, metrics};
use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
};
use std::sync::Arc;

/// Puts the whole stack around `routes`. They must be the fallback of an outer router: the path is rewritten on the way in,
/// and layers of the table itself would come after routing.
pub fn around(routes: Router, app: &Arc<App>) -> Router {
    Router::new()
        .fallback_service(routes)
        .layer(from_fn_with_state(app.clone(), session::identify))
        .layer(from_fn_with_state(app.clone(), cluster::choose))
        .layer(from_fn(limits::limit))
        .layer(from_fn_with_state(app.clone(), host::check))
        .layer(from_fn_with_state(app.clone(), headers::add))
        .layer(from_fn(trace::trace))
        .layer(from_fn_with_state(app.clone(), metrics::count))
}
