//! What is counted, and `GET /metrics`, which tells it to Prometheus.
//!
//! It is answered without credentials, so it holds nothing but numbers, names of routes and names of clusters, which the login
//! page shows as well: no users, no tasks, no apps, no addresses. Labels have few values, whatever clients ask for.
//!
//! What a cluster's parts know of themselves is read when it is asked for ([`clusters`]); requests are counted as they are
//! answered ([`requests`]).

mod classic;
mod clusters;
mod memory;
mod requests;

pub use requests::Counting;

use crate::app::{App, Cluster};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use clusters::ClusterMetrics;
use http::{HeaderMap, StatusCode, header};
use memory::ProcessMetrics;
pub use memory::resident_bytes;
use prometheus_client::{encoding::text::encode, registry::Registry};
use requests::RequestMetrics;
use std::sync::Arc;

/// Everything that is counted in one process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: RequestMetrics,
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new(clusters: Vec<Arc<Cluster>>) -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(ProcessMetrics));
        let ours = registry.sub_registry_with_prefix("drove_dashboard");
        let requests = RequestMetrics::register(ours);
        ours.register_collector(Box::new(ClusterMetrics(clusters)));
        Self { registry, requests }
    }

    /// Everything, in the form of OpenMetrics.
    fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// `GET /metrics`: OpenMetrics for those who ask for it, as Prometheus does, and the older text format for all others.
pub async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let Ok(text) = app.metrics.text() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accept.contains("application/openmetrics-text") {
        return ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)
            .into_response();
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], classic::of_open_metrics(&text))
        .into_response()
}
