//! Everything of cluster NAME lives under `/clusters/NAME/`; bare paths are the default cluster's.

use crate::{
    app::{App, Cluster},
    error::ApiError,
};
use axum::{
    extract::{FromRequestParts, Request},
    response::Response,
};
use http::{
    HeaderMap, HeaderValue, Method, Uri, header,
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
///
/// # Errors
/// No such cluster is served.
pub fn choose(app: &App, request: &mut Request) -> Result<Arc<Cluster>, ApiError> {
    let uri = request.uri();
    let (name, rest) = split(uri.path());
    let cluster = match name {
        None => app.default_cluster(),
        Some(name) => app.cluster(name),
    };
    let none = || ApiError::NotFound(format!("no cluster {} is served here", name.unwrap_or_default()));
    let cluster = cluster.ok_or_else(none)?.clone();
    if name.is_some() {
        if split(rest).0.is_some() {
            return Err(ApiError::NotFound("a cluster is not served below another one".to_owned()));
        }
        let unreadable = || ApiError::BadRequest("the address cannot be read".to_owned());
        *request.uri_mut() = with_path(uri, rest).ok_or_else(unreadable)?;
    }
    Ok(cluster)
}

/// The page, for people who were led to a cluster that is not served; its own requests are refused as any other's are.
pub fn astray(app: &App, request: &Request, error: &ApiError) -> Option<Response> {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut path = request.uri().path();
    while let (Some(_), rest) = split(path) {
        path = rest;
    }
    let is_page = is_read && !path.starts_with("/api");
    (is_page && matches!(error, ApiError::NotFound(_))).then(|| app.assets.astray(request.headers())).flatten()
}

/// A redirect within a cluster stays within it; `asked` is the path as it came.
pub fn lead_back(asked: &str, headers: &mut HeaderMap) {
    if let Some(name) = split(asked).0 {
        lead_below(&format!("{PREFIX}{name}"), headers);
    }
}

/// Puts `prefix` before the path of a redirect. Redirects lead to this server only: those to others were refused.
pub(super) fn lead_below(prefix: &str, headers: &mut HeaderMap) {
    let Some(location) = headers.get(header::LOCATION).and_then(|location| location.to_str().ok()) else { return };
    let host = location.find("://").map_or(0, |scheme| scheme + "://".len());
    let Some(path) = location[host..].find('/').map(|slash| host + slash) else { return };
    if let Ok(location) = HeaderValue::from_str(&format!("{}{prefix}{}", &location[..path], &location[path..])) {
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

pub(super) fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
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
    fn a_redirect_stays_below_its_prefix() {
        for (location, expected) in [
            ("/tasks/A/B", "/clusters/demo/tasks/A/B"),
            ("http://127.0.0.1:8080/tasks/A/B", "http://127.0.0.1:8080/clusters/demo/tasks/A/B"),
            ("", ""),
        ] {
            let mut headers = HeaderMap::from_iter([(header::LOCATION, location.parse().unwrap())]);
            lead_back("/clusters/demo/apis/v1/tasks/search", &mut headers);
            assert_eq!(headers[header::LOCATION], expected);
        }
    }

    #[test]
    fn the_query_stays() {
        let uri: Uri = "/clusters/demo/api/live?view=tasks&q=a%20b".parse().unwrap();
        assert_eq!(with_path(&uri, "/api/live").unwrap(), "/api/live?view=tasks&q=a%20b");
    }
}
