//! Headers that every answer carries, and what browsers must not see.

use crate::{app::App, error::is_drove_path, session::same_origin::is_browser};
use axum::extract::Request;
use http::{HeaderMap, HeaderName, HeaderValue, header};

const JSON: &[u8] = b"application/json";
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
    /// The `Accept` of a browser never reaches Drove, which would answer 406 (design section 3).
    pub fn prepare(request: &mut Request) -> Self {
        let browser = is_browser(request.headers());
        let is_drove = is_drove_path(request.uri().path());
        if browser && is_drove {
            request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        }
        Self { browser, is_drove }
    }

    /// JSON from the cluster goes on as it is: a browser that must not take it for something else runs nothing in it.
    /// Whatever else the cluster answers, pages of errors for instance, is held as tight as our own page.
    ///
    /// Answers that say nothing about caching are not cached. A browser is never asked for credentials by its own dialog,
    /// which would remember them.
    pub fn finish(self, app: &App, headers: &mut HeaderMap) {
        let Self { browser, is_drove } = self;
        if browser {
            headers.remove(header::WWW_AUTHENTICATE);
        }
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        let is_data =
            is_drove && headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(JSON));
        if !is_data {
            for (name, value) in FIXED {
                headers.insert(name, HeaderValue::from_static(value));
            }
            headers.insert(header::CONTENT_SECURITY_POLICY, app.assets.policy().clone());
        }
        if !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
}
