//! Headers that every answer carries, and what browsers must not see.

use crate::{app::App, error::is_drove_path, middleware::cluster::within, session::same_origin::is_browser};
use axum::extract::Request;
use http::{HeaderMap, HeaderName, HeaderValue, header};

/// Policy of everything under `/apis`: it comes from a controller and must not act as the page, which shares its origin.
const DROVE_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
const FIXED: [(HeaderName, &str); 5] = [
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// What of a request decides about the headers of its answer.
pub struct Told {
    browser: bool,
    is_drove: bool,
}

impl Told {
    /// Replaces the `Accept` of a browser, to which Drove would answer 406, by JSON. A log file is not JSON: there it stays.
    pub fn prepare(request: &mut Request) -> Self {
        let browser = is_browser(request.headers());
        let is_drove = is_drove_path(request.uri().path());
        if browser && is_drove && !is_download(request.uri().path()) {
            request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        }
        Self { browser, is_drove }
    }

    /// Adds the security headers. A response without caching rules is not cached. A browser is never asked for credentials by its own dialog,
    /// which would remember them.
    pub fn finish(self, app: &App, headers: &mut HeaderMap) {
        let Self { browser, is_drove } = self;
        if browser {
            headers.remove(header::WWW_AUTHENTICATE);
        }
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        for (name, value) in FIXED {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let policy = if is_drove { DROVE_POLICY } else { app.assets.policy().clone() };
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        if !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
}

/// Whether Drove answers with a log file: `/apis/v1/logfiles/{kind}/{app}/{id}/download/{file}`.
fn is_download(path: &str) -> bool {
    let call = within(path).strip_prefix("/apis/v1/logfiles/").and_then(|rest| rest.split('/').nth(3));
    call == Some("download")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use axum::body::Body;

    /// What of a browser's `Accept` reaches the cluster.
    fn accept_on(path: &str) -> String {
        let request = Request::get(path).header("sec-fetch-site", "none").header(header::ACCEPT, "text/html,*/*;q=0.8");
        let mut request = request.body(Body::empty()).unwrap();
        Told::prepare(&mut request);
        request.headers()[header::ACCEPT].to_str().unwrap().to_owned()
    }

    #[test]
    fn turns_the_accept_of_a_browser_into_json_except_where_a_file_is_given() {
        for json in [
            "/apis/v1/tasks",
            "/clusters/prod/apis/v1/logfiles/tasks/A/download/list",
            "/apis/v1/logfiles/tasks/A/B/read/x",
        ] {
            assert_eq!(accept_on(json), "application/json", "{json}");
        }
        for untouched in [
            "/apis/v1/logfiles/tasks/A/B/download/output.log",
            "/clusters/prod/apis/v1/logfiles/tasks/A/B/download/output.log?rename=true",
            "/api/logs/A/B/output.log",
        ] {
            assert_eq!(accept_on(untouched), "text/html,*/*;q=0.8", "{untouched}");
        }
    }
}
