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

//!
//! They are functions around functions, not layers: a layer of axum costs a few allocations for each request, and forwarding
//! does little else.

pub mod cluster;
pub mod compress;
pub mod headers;
pub mod host;
pub mod limits;
pub mod route;
pub mod session;
pub mod trace;

use crate::{
    app::{App, Cluster},
    metrics,
};
use axum::{extract::Request, response::Response};
use std::sync::Arc;

/// Lets a request through the whole stack; `routes` answers what it is left as, for the cluster it is about.
pub async fn pass<R, F>(app: &App, request: Request, routes: R) -> Response
where
    R: FnOnce(Arc<Cluster>, Request) -> F,
    F: Future<Output = Response>,
{
    metrics::count(app, request, |request| {
        trace::trace(request, |request| {
            headers::add(app, request, |request| {
                host::check(app, request, |request| {
                    limits::limit(request, |request| {
                        cluster::choose(app, request, |cluster, request| session::identify(cluster, request, routes))
                    })
                })
            })
        })
    })
    .await
}
