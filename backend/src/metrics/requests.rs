//! Requests by route and status. A route is a line of the table of routes, not what the client wrote.

use crate::{app::App, clock, middleware::route::Route};
use axum::{extract::Request, response::Response};
use http::Method;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        counter::Counter,
        family::Family,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use std::{sync::Arc, time::Instant};

/// Counts of all requests.
#[derive(Debug)]
pub struct RequestMetrics {
    answered: Family<Answered, Counter>,
    took: Family<Took, Histogram>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: Arc<str>,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Took {
    route: Arc<str>,
}

impl RequestMetrics {
    /// Nothing counted yet.
    pub fn register(registry: &mut Registry) -> Self {
        let answered = Family::default();
        let took = Family::new_with_constructor(durations as fn() -> Histogram);
        registry.register("http_requests", "Requests answered, by route and status", answered.clone());
        registry.register(
            "http_request_duration_seconds",
            "Time from a request to the beginning of its answer, by route",
            took.clone(),
        );
        Self { answered, took }
    }
}

/// From 1 ms to 65 s: blacklisting an executor takes a minute.
fn durations() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 4.0, 9))
}

/// A request that is not answered yet.
pub struct Counting {
    method: &'static str,
    began: Instant,
}

impl Counting {
    /// It has come.
    pub fn begin(request: &Request) -> Self {
        Self { method: known(request.method()), began: clock::monotonic() }
    }

    /// Its answer begins, and counts; whoever is turned away before the table of routes has the route `none`.
    pub fn end(self, app: &App, response: &Response) {
        let Self { method, began } = self;
        let route = response.extensions().get::<Route>().map_or_else(|| "none".into(), |Route(route)| route.clone());
        let metrics = &app.metrics.requests;
        metrics.took.get_or_create(&Took { route: route.clone() }).observe(began.elapsed().as_secs_f64());
        metrics.answered.get_or_create(&Answered { method, route, status: response.status().as_u16() }).inc();
    }
}

/// Anybody may invent methods; these are the ones that mean something.
fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}
