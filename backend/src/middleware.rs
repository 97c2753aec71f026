//! What every request passes before it reaches a handler, and its answer on the way back.
//!
//! In this order, each with its reason:
//! 1. [`Counting`]: whatever is answered is counted.
//! 2. [`trace`]: everything below gets an id and a log line, panics included.
//! 3. [`base_path`]: everything below sees paths without it.
//! 4. [`headers`]: every answer carries them, refusals of the next ones too.
//! 5. [`host`]: a foreign name is turned away before anything is read.
//! 6. [`limits`]: no body is read past the limit, no answer is waited for without end.
//! 7. [`cluster`]: `/clusters/NAME` is taken off the path, so that one table of routes serves them all.
//! 8. [`session`]: the cookie becomes a caller.
//!
//! [`compress`] stands around our own API only, within the table of routes; [`route`]
//! around all of that table.
//!
//! They are functions that do their part before or after, not layers around each other: forwarding does little else, and the
//! state of each layer of axum, or of each function around a function, is moved about for each request.

pub mod base_path;
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
    error::{ApiError, refusal},
    metrics::Counting,
};
use axum::{extract::Request, response::Response};
use headers::Told;
use std::sync::Arc;

/// Lets a request through the whole stack; `routes` answers what it is left as, for the cluster it is about.
pub async fn pass<R, F>(app: &App, request: Request, routes: R) -> Response
where
    R: FnOnce(Arc<Cluster>, Request) -> F,
    F: Future<Output = Response>,
{
    let counting = Counting::begin(&request);
    let response = trace::trace(request, |request| within(app, request, routes)).await;
    counting.end(app, &response);
    response
}

async fn within<R, F>(app: &App, mut request: Request, routes: R) -> Response
where
    R: FnOnce(Arc<Cluster>, Request) -> F,
    F: Future<Output = Response>,
{
    let entered = base_path::enter(app, &mut request);
    let is_inside = entered.is_ok();
    let told = Told::prepare(&mut request);
    let asked = request.uri().clone();
    let mut response = match admit(app, &mut request, entered) {
        Ok(cluster) => {
            let answer = session::identify(cluster.clone(), request, routes);
            let mut response = limits::in_time(answer).await.unwrap_or_else(|error| refusal(asked.path(), error));
            cluster::lead_back(asked.path(), response.headers_mut());
            response
        }
        Err(error) => {
            let shown = match is_inside {
                true => cluster::astray(app, &request, &error),
                false => base_path::redirect_root(&asked, &error),
            };
            shown.unwrap_or_else(|| refusal(asked.path(), error))
        }
    };
    base_path::leave(app, response.headers_mut());
    told.finish(app, response.headers_mut());
    response
}

/// What can be refused without waiting for anything is. The cluster a request is about.
fn admit(app: &App, request: &mut Request, entered: Result<(), ApiError>) -> Result<Arc<Cluster>, ApiError> {
    host::check(app, request.headers())?;
    entered?;
    limits::check(request)?;
    cluster::choose(app, request)
}
