//! Everything of cluster NAME lives under `/clusters/NAME/`; bare paths are the default cluster's.

use crate::{
    app::{App, Cluster},
    error::{ApiError, refusal},
};
use axum::{
    extract::{FromRequestParts, Request},
    response::Response,
};
use http::{
    HeaderMap, HeaderValue, Uri, header,
    request::Parts,
    uri::{PathAndQuery, Scheme},
};
use std::{ops::Deref, sync::Arc};

const PREFIX: &str = "/clusters/";

/// The cluster a request is about, among its extensions.
#[derive(Clone, Debug)]
pub struct Chosen(pub Arc<Cluster>);

impl Deref for Chosen {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Chosen {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        // Only a route outside the table of `router` could lack it.
        parts.extensions.get::<Chosen>().cloned().ok_or(ApiError::Internal)
    }
}

/// Takes `/clusters/NAME` off the path.
pub async fn choose<F: Future<Output = Response>>(
    app: &App,
    mut request: Request,
    next: impl FnOnce(Arc<Cluster>, Request) -> F,
) -> Response {
    let uri = request.uri().clone();
    let (name, rest) = split(uri.path());
    let cluster = match name {
        None => app.default_cluster(),
        Some(name) => app.cluster(name),
    };
    let Some(cluster) = cluster else {
        let problem = ApiError::NotFound(format!("no cluster {} is served here", name.unwrap_or_default()));
        return refusal(rest, problem);
    };
    if name.is_some() {
        let Some(uri) = with_path(request.uri(), rest) else {
            return refusal(rest, ApiError::BadRequest("the address cannot be read".to_owned()));
        };
        *request.uri_mut() = uri;
    }
    let prefix = name.map(|name| format!("{PREFIX}{name}"));
    let mut response = next(cluster.clone(), request).await;
    if let Some(prefix) = prefix {
        lead_back(response.headers_mut(), &prefix);
    }
    response
}

/// A redirect within a cluster stays within it.
fn lead_back(headers: &mut HeaderMap, prefix: &str) {
    let Some(path) = headers.get(header::LOCATION).and_then(|location| location.to_str().ok()) else { return };
    if path.starts_with('/')
        && let Ok(location) = HeaderValue::from_str(&format!("{prefix}{path}"))
    {
        headers.insert(header::LOCATION, location);
    }
}

/// A path without `/clusters/NAME`.
pub fn within(path: &str) -> &str {
    split(path).1
}

/// `/clusters/NAME/rest` → `NAME`, `/rest`.
fn split(path: &str) -> (Option<&str>, &str) {
    let Some(after) = path.strip_prefix(PREFIX) else { return (None, path) };
    match after.find('/') {
        Some(slash) => (Some(&after[..slash]), &after[slash..]),
        None => (Some(after), "/"),
    }
}

fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let text = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(text.parse::<PathAndQuery>().ok()?);
    if parts.authority.is_some() && parts.scheme.is_none() {
        parts.scheme = Some(Scheme::HTTP);
    }
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn the_prefix_is_split_off() {
        assert_eq!(split("/tasks/A/B"), (None, "/tasks/A/B"));
        assert_eq!(split("/clusters/demo"), (Some("demo"), "/"));
        assert_eq!(split("/clusters/demo/"), (Some("demo"), "/"));
        assert_eq!(split("/clusters/demo/apis/v1/tasks"), (Some("demo"), "/apis/v1/tasks"));
        assert_eq!(split("/clusters"), (None, "/clusters"));
    }

    #[test]
    fn the_query_stays() {
        let uri: Uri = "/clusters/demo/api/live?view=tasks&q=a%20b".parse().unwrap();
        assert_eq!(with_path(&uri, "/api/live").unwrap(), "/api/live?view=tasks&q=a%20b");
    }
}
